import { describe, expect, it } from '@jest/globals';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { EventStreamParser, type Frame } from './event-stream.js';

const line = fc.oneof(
  fc.constantFrom(
    '',
    '',
    ': ping',
    'event: ready',
    'data: {"a":1}',
    'data:x',
    'data',
    'id: 7-12',
    'retry: 1500',
  ),
  fc.string().map((text) => `data: ${text.replace(/[\r\n\0]/g, '')}`),
  fc.stringMatching(/^[a-z]{1,6}: ?[^\r\n\0]{0,9}$/),
);
const stream = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n'))).map((lines) => lines.flat().join(''));

/** `text` in pieces, cut at these places. */
const pieces = (text: string, cuts: readonly number[]): string[] => {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => text.slice(from, places[index]));
};

function known(text: string): Frame[] {
  const frames: Frame[] = [];
  const parser = createParser({
    onEvent: ({ event, data, id }) =>
      frames.push({ event: event || 'message', data, ...(id !== undefined && { id }) }),
  });
  parser.feed(text);
  return frames;
}

describe('an event stream', () => {
  it('is read as a well-known parser reads it, wherever it is cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (text, cuts) => {
        const parser = new EventStreamParser();
        expect(pieces(text, cuts).flatMap((piece) => parser.push(piece))).toEqual(known(text));
      }),
      { numRuns: 500 },
    );
  });

  it('names the time to come back', () => {
    const parser = new EventStreamParser();
    parser.push('retry: 15');
    parser.push('00\nretry: soon\n\n');
    expect(parser.retryMs).toBe(1_500);
  });
});
