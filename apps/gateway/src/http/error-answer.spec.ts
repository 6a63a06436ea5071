import { describe, expect, it } from '@jest/globals';
import { API_ERRORS, type ApiErrorCode } from '@zoetrope/contracts/errors';
import { ApiError, formError } from './api-error.js';
import { errorAnswer } from './error-answer.js';

const asked = { accept: undefined, requestId: 'r1', publicUrl: 'https://z.example' };
const wire = (error: ApiError, accept?: string) => {
  const { status, headers, body } = errorAnswer(error, { ...asked, accept });
  return { status, headers, text: JSON.stringify(body) };
};

describe('an error', () => {
  it.each(Object.keys(API_ERRORS) as ApiErrorCode[])(
    '%s has its words and nothing else in its body',
    (code) => {
      const { status, text, headers } = wire(new ApiError(code));
      expect([status, text]).toEqual([
        API_ERRORS[code].status,
        JSON.stringify({ error: API_ERRORS[code].message }),
      ]);
      expect(headers['x-error-code']).toBe(code);
      expect(headers.link).toContain(`<https://z.example/docs/errors#${code}>; rel="help"`);
      expect(headers['cache-control']).toBe('no-store');
    },
  );

  it('that time heals says when, in the body and in Retry-After, never 0', () => {
    const { text, headers } = wire(new ApiError('unavailable', { retryAfterMs: 1_200 }));
    expect(text).toBe('{"error":"temporarily unavailable","retry_after_ms":1200}');
    expect(headers['retry-after']).toBe('2');
    expect(wire(new ApiError('unavailable', { retryAfterMs: 0 })).headers['retry-after']).toBe('1');
  });

  it('that a plan heals links to it; no other does', () => {
    const pays = (Object.keys(API_ERRORS) as ApiErrorCode[]).filter((code) =>
      wire(new ApiError(code)).headers.link?.includes('rel="payment"'),
    );
    expect(pays).toEqual(['quota_exceeded', 'overage_disabled']);
  });

  it('has its details on a 400', () => {
    expect(wire(formError('no')).text).toBe(
      '{"error":"Validation failed","details":{"fieldErrors":{},"formErrors":["no"]}}',
    );
  });

  it.each([
    ['application/problem+json', true],
    ['text/html, Application/Problem+JSON;q=0.9', true],
    ['application/json', false],
    ['*/*', false],
  ])('asked with %s', (accept, isProblem) => {
    const { headers, text } = wire(new ApiError('not_found'), accept);
    expect(headers['content-type'] === 'application/problem+json').toBe(isProblem);
    if (!isProblem) return;
    expect(JSON.parse(text)).toEqual({
      type: 'https://z.example/docs/errors#not_found',
      title: 'not found',
      status: 404,
      code: 'not_found',
      request_id: 'r1',
      error: 'not found',
    });
  });
});
