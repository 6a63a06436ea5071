import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '@zoetrope/objects/store';

/** Nest token of the ObjectStore. */
export const OBJECTS = Symbol('Objects');

/** The whole object. @throws Error when there is none */
export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  const found = await store.get(key);
  if (!found) throw new Error(`object ${key} is missing`);
  return buffer(found.stream);
}
