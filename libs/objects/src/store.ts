import type { Readable } from 'node:stream';

/** Bytes to store: in memory, in a file of ours, or as they arrive. */
export type ObjectBody = Uint8Array | { readonly path: string } | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** Media type served with the object, for example `video/mp4`. */
  readonly contentType: string;
  /** SHA-256 the bytes must have, in lower-case hex. Checked before anything is published. */
  readonly sha256?: string;
}

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface ObjectHead {
  /** Length of the whole object. */
  readonly bytes: number;
  readonly contentType: string;
  /** Lower-case hex, as recorded when stored; absent for objects put there by other means. */
  readonly sha256?: string;
}

/** Byte positions, both inclusive as in RFC 9110 14.1.2. Without `end`, or past it: up to the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export interface ObjectContent {
  /** Must be read or destroyed, else it holds a file or a connection. */
  readonly stream: Readable;
  /** Length of `stream`. */
  readonly bytes: number;
  /** Length of the whole object. */
  readonly size: number;
  readonly contentType: string;
}

/**
 * Immutable objects by key: once a key can be read, its bytes never change, and a reader never sees a part.
 * A driver is whatever passes `object-store.int.spec.ts`. All errors are ObjectStoreError, except those a
 * body's own stream or file raises.
 */
export interface ObjectStore {
  /**
   * Publishes the bytes at once and durably, or not at all. Repeating it is a no-op, by however many
   * processes at the same time; the content type of the first put stays.
   *
   * What was kept is hashed once more before this returns, so a store that spoils bytes is found out here.
   *
   * @throws ObjectStoreError conflict, hash_mismatch, corrupted, invalid_key, unavailable
   */
  put(key: string, body: ObjectBody, options: PutOptions): Promise<StoredObject>;
  /** Opens an object or a part of it; undefined when there is none. @throws range_not_satisfiable */
  get(key: string, range?: ByteRange): Promise<ObjectContent | undefined>;
  /** What `get` would open; undefined when there is none. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** Removes an object; a no-op when there is none. Streams already open may read on. */
  delete(key: string): Promise<void>;
  /** Every key that starts with these characters, in ascending order of characters. */
  list(prefix: string): AsyncIterable<string>;
  /** Resolves when the store can be used. @throws unavailable, saying what to do about it */
  ready(): Promise<void>;
}
