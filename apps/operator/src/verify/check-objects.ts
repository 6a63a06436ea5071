import { createHash } from 'node:crypto';
import type { ObjectStore } from '@zoetrope/objects/store';
import type { Difference } from './difference.js';
import type { AssetsFold } from './fold.js';
import type { FactRef } from './raw-log.js';

/** An object that the log says is kept. */
export interface KeptObject {
  readonly key: string;
  readonly sha256: string;
  readonly bytes?: number;
  readonly assetId?: string;
  readonly fact?: FactRef;
}

/** The hash in the last part of a key: posters and uploads are named by their bytes. */
const hashInName = (key: string): string => /([0-9a-f]{64})\.[a-z0-9]+$/.exec(key)?.[1] ?? '';

/** The video of each generation that is kept, its poster, and every upload there is. */
export async function* keptObjects({ assets }: AssetsFold, store: ObjectStore): AsyncGenerator<KeptObject> {
  for (const asset of assets.values()) {
    if (asset.deleted) continue;
    const posters = new Map<string, FactRef>();
    for (const one of asset.generations.values()) {
      const { video } = one;
      // What failed or was cancelled is cleared away with its work.
      if (!video || one.collected || one.ended) continue;
      const { key, sha256, bytes, fact, posterKey } = video;
      posters.set(posterKey, fact);
      yield { key, sha256, bytes, fact, assetId: asset.id };
    }
    for (const [key, fact] of posters) yield { key, sha256: hashInName(key), fact, assetId: asset.id };
  }
  for await (const key of store.list('uploads/')) yield { key, sha256: hashInName(key) };
}

/** Reads an object whole. @returns undefined when it is there and is what it should be */
export async function checkObject(store: ObjectStore, kept: KeptObject): Promise<Difference | undefined> {
  const { key, sha256, bytes, fact } = kept;
  const about = { kind: 'object', where: key, fact } as const;
  const content = await store.get(key);
  if (!content) return { ...about, what: 'is missing', expected: sha256 };
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of content.stream as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    length += chunk.byteLength;
  }
  const found = hash.digest('hex');
  if (found !== sha256) return { ...about, what: 'has other bytes', expected: sha256, found };
  if (bytes !== undefined && length !== bytes)
    return { ...about, what: 'has another length', expected: bytes, found: length };
  return undefined;
}
