import { describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/nats-core';
import { defineFact, type FactType } from '@zoetrope/contracts/fact';
import { z } from 'zod';
import { decode, registerUpcaster } from './decode.js';
import { NotAFact, UnknownVersion } from './errors.js';
import type { StoredMessage } from './stored-message.js';

const Painted = defineFact('Painted', 3, 'gateway', z.strictObject({ colours: z.array(z.string()) }));
const kinds = new Map<string, FactType>([['Painted', Painted as unknown as FactType]]);

const message = (type: string, data: unknown): StoredMessage => {
  const given = headers();
  given.set('ce-type', type);
  given.set('ce-id', 'id');
  given.set('ce-causationid', 'cause');
  given.set('ce-time', '2026-11-22T10:00:00.000Z');
  const body = new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data));
  return { stream: 'ASSETS', subject: 's', seq: 7, ts: 1, headers: given, body };
};

describe('decode', () => {
  registerUpcaster('Painted', 1, (data) => ({ colour: (data as { color: string }).color }));
  registerUpcaster('Painted', 2, (data) => ({ colours: [(data as { colour: string }).colour] }));

  it('reads an old version through every upcaster up to the present one', () => {
    const fact = decode(message('zoetrope.Painted.v1', { color: 'red' }), kinds);
    expect(fact).toMatchObject({ type: 'Painted', version: 3, data: { colours: ['red'] } });
    expect(decode(message('zoetrope.Painted.v2', { colour: 'blue' }), kinds).data).toEqual({
      colours: ['blue'],
    });
  });

  it('takes time from the writer, so that it stays when the log moves', () => {
    expect(decode(message('zoetrope.Painted.v3', { colours: [] }), kinds).meta.ts).toBe(
      Date.UTC(2026, 10, 22, 10),
    );
  });

  it.each([
    ['a type this process does not know', 'zoetrope.Erased.v1', {}, UnknownVersion],
    ['a type that is not ours', 'com.example.thing', {}, NotAFact],
    ['data that the schema refuses', 'zoetrope.Painted.v3', { colours: [1] }, NotAFact],
    ['a body that is not JSON', 'zoetrope.Painted.v3', 'not json', NotAFact],
    ['a newer version', 'zoetrope.Painted.v4', {}, UnknownVersion],
  ])('refuses %s', (_, type, data, error) => {
    expect(() => decode(message(type, data), kinds)).toThrow(error);
  });

  it('never repeats the data in an error', () => {
    expect(() => decode(message('zoetrope.Painted.v3', { colours: 'secret words' }), kinds)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it('takes one upcaster a step', () => {
    expect(() => registerUpcaster('Painted', 1, (data) => data)).toThrow(/already/);
  });
});
