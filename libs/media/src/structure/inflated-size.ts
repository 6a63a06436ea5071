import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';

/**
 * How many bytes a zlib stream in pieces unpacks to; counting ends soon after `limit`, and nothing is kept. What
 * stands behind the stream's end is not looked at, and a broken stream counts as far as it goes: whether the picture
 * is whole is for its decoder to say.
 */
export async function inflatedSize(pieces: readonly Buffer[], limit: number): Promise<number> {
  let size = 0;
  const enough = new AbortController();
  const count = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > limit) enough.abort();
      done();
    },
  });
  const inflate = createInflate({ chunkSize: 256 * 1024 });
  await pipeline(Readable.from(pieces), inflate, count, { signal: enough.signal }).catch(() => undefined);
  return size;
}
