import { buffer } from 'node:stream/consumers';
import { Inject, Injectable } from '@nestjs/common';
import type { ObjectStore } from '@zoetrope/objects/store';
import { Readiness } from '@zoetrope/platform/readiness';

/** Nest token of the ObjectStore. */
export const OBJECTS = Symbol('Objects');

/** The whole object. @throws Error when there is none */
export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
  const found = await store.get(key);
  if (!found) throw new Error(`object ${key} is missing`);
  return buffer(found.stream);
}

/** Without its objects a generator is not ready. */
@Injectable()
export class ObjectsReadiness {
  constructor(readiness: Readiness, @Inject(OBJECTS) objects: ObjectStore) {
    readiness.add('objects', () => objects.ready());
  }
}
