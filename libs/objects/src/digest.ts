import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectStoreError } from './errors.js';
import type { ObjectBody } from './store.js';

export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
  /** Base64, for the Content-MD5 header (RFC 1864), which every S3 service checks. */
  readonly md5: string;
}

/** A body as chunks, whatever it came as. */
export function chunksOf(body: ObjectBody): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (body instanceof Uint8Array) return [body];
  return isFile(body) ? createReadStream(body.path) : body;
}

/** True for a file of ours. A stream of a file has a path too, and is a stream all the same. */
export function isFile(body: ObjectBody): body is { readonly path: string } {
  return !(body instanceof Uint8Array) && !(Symbol.asyncIterator in body);
}

/** Reads a body to its end; `each` gets every chunk in turn. */
export async function digest(
  body: ObjectBody,
  each?: (chunk: Uint8Array) => Promise<unknown>,
): Promise<Digest> {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  let bytes = 0;
  for await (const chunk of chunksOf(body)) {
    sha256.update(chunk);
    md5.update(chunk);
    bytes += chunk.byteLength;
    await each?.(chunk);
  }
  return { bytes, sha256: sha256.digest('hex'), md5: md5.digest('base64') };
}

/** A body written to a temporary file of its own and flushed to disk; nobody reads it before it is published. */
export interface Spooled extends Digest {
  readonly path: string;
  remove(): Promise<void>;
}

/** Copies a body into `folder`, hashing on the way; leaves nothing behind when it fails. */
export async function spool(body: ObjectBody, folder: string): Promise<Spooled> {
  const path = join(folder, `put-${randomUUID()}`);
  const remove = () => rm(path, { force: true });
  const file = await open(path, 'wx');
  try {
    const found = await digest(body, (chunk) => writeAll(file, chunk));
    await file.sync();
    return { ...found, path, remove };
  } catch (error) {
    await remove();
    throw error;
  } finally {
    await file.close();
  }
}

/** @throws ObjectStoreError hash_mismatch when the caller announced other bytes */
export function checkHash(key: string, found: Digest, announced: string | undefined): void {
  if (announced === undefined || announced === found.sha256) return;
  const message = `${key}: the bytes have SHA-256 ${found.sha256}, announced was ${announced}`;
  throw new ObjectStoreError('hash_mismatch', message);
}

/** @throws ObjectStoreError conflict when the key already holds other bytes */
export function checkSame(key: string, found: Digest, stored: string): void {
  if (stored === found.sha256) return;
  const message = `${key} already holds SHA-256 ${stored}, not ${found.sha256}; objects never change`;
  throw new ObjectStoreError('conflict', message);
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}
