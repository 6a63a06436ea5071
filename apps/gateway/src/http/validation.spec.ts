import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ApiError } from './api-error.js';
import { validate } from './validation.js';

const schema = z.strictObject({ n: z.number(), deep: z.strictObject({ s: z.string() }).optional() });
const detailsOf = (value: unknown) => {
  try {
    validate(schema, value);
  } catch (error) {
    if (error instanceof ApiError) return error.extras.details;
  }
  throw new Error('accepted');
};

describe('validation', () => {
  it('names every field at fault, an unknown one included', () => {
    expect(detailsOf({ n: 'x', more: 1 })).toEqual({
      fieldErrors: { n: [expect.any(String)], more: ['unknown field'] },
      formErrors: [],
    });
  });

  it('puts a nested complaint under its top-level field', () => {
    expect(detailsOf({ n: 1, deep: { s: 1, x: 2 } })?.fieldErrors.deep).toEqual([
      expect.stringMatching(/^s: /),
      'x: unknown field',
    ]);
  });

  it.each([[null], [[]], ['text'], [7]])('complains about %j as a whole', (value) => {
    expect(detailsOf(value)).toEqual({ fieldErrors: {}, formErrors: [expect.any(String)] });
  });

  it('treats __proto__ as any other unknown field', () => {
    expect(Object.keys(detailsOf(JSON.parse('{"n":1,"__proto__":{"x":1}}'))?.fieldErrors ?? {})).toEqual([
      '__proto__',
    ]);
  });
});
