import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Digest, digest, isFile, spool } from './digest.js';
import type { ObjectBody } from './store.js';

/** A body of which any part can be sent, again if need be: a stream is first copied to a temporary file. */
export interface Replayable {
  readonly digest: Digest;
  /** Bytes from `start` up to, not including, `end`. */
  slice(start: number, end: number): Promise<Uint8Array>;
  remove(): Promise<void>;
}

export async function replayable(body: ObjectBody): Promise<Replayable> {
  if (body instanceof Uint8Array) {
    return {
      digest: await digest(body),
      slice: async (start, end) => body.subarray(start, end),
      remove: async () => {},
    };
  }
  const file = isFile(body)
    ? { ...(await digest(body)), path: body.path, remove: async () => {} }
    : await spool(body, tmpdir());
  return { digest: file, slice: (start, end) => partOf(file.path, start, end), remove: file.remove };
}

async function partOf(path: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    return await readAll(file, start, Buffer.alloc(end - start));
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, start: number, into: Buffer): Promise<Buffer> {
  for (let at = 0; at < into.byteLength; ) {
    const { bytesRead } = await file.read(into, at, into.byteLength - at, start + at);
    if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
    at += bytesRead;
  }
  return into;
}
