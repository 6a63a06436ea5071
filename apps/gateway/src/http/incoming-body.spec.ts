import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { ApiError } from './api-error.js';
import { IncomingBody, readAtMost } from './incoming-body.js';

const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error instanceof ApiError ? [error.status, error.extras.details?.formErrors.length] : error;
  }
};
const body = (text: string | Buffer | undefined, type = 'application/json') =>
  new IncomingBody(type, text === undefined ? undefined : Buffer.from(text));

describe('a body', () => {
  it('is {} when it is empty or blank, whatever its type', () => {
    expect(body('').json()).toEqual({});
    expect(body('', 'text/plain').json()).toEqual({});
    expect(body(' \n').json()).toEqual({});
  });

  it('is JSON with or without parameters of its type', () => {
    expect(body('{"a":1}', 'Application/JSON; charset=utf-8').json()).toEqual({ a: 1 });
  });

  it('is 415 of another type, 413 when too long, 400 with one complaint when broken', () => {
    expect(codeOf(() => body('{}', 'text/json').json())).toEqual([415, undefined]);
    expect(codeOf(() => body('{}', 'application/jsonx').json())).toEqual([415, undefined]);
    expect(codeOf(() => body('{}', '').json())).toEqual([415, undefined]);
    expect(codeOf(() => body(undefined).json())).toEqual([413, undefined]);
    expect(codeOf(() => body('{"a"').json())).toEqual([400, 1]);
    expect(codeOf(() => body(Buffer.from([0x22, 0xff, 0x22])).json())).toEqual([400, 1]);
  });
});

describe('reading a body', () => {
  const sending = (...chunks: Buffer[]) => Readable.from(chunks, { objectMode: false });

  it('takes exactly the limit, and nothing above it', async () => {
    expect(await readAtMost(sending(Buffer.alloc(5), Buffer.alloc(5)), 10)).toHaveLength(10);
    expect(await readAtMost(sending(Buffer.alloc(5), Buffer.alloc(6)), 10)).toBeUndefined();
  });

  it('gives up long before an endless body ends', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(1024 * 1024);
    }
    const message = Readable.from(endless(), { objectMode: false });
    expect(await readAtMost(message, 10)).toBeUndefined();
    message.destroy();
  });
});
