import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import type { StoredObject } from '@zoetrope/objects/store';
import { animatedByHand } from '../testing/animated-by-hand.js';
import { TestAsset } from '../testing/asset.js';
import { GeneratorSystem } from '../testing/generator-system.js';

/** Real: broker, renderer, object files that are put out of order, a generator. */
const LONG_MS = 120_000;
let system: GeneratorSystem;
let photo: Buffer;
let src: string;
/** A good video, made first. */
let served: StoredObject;

beforeAll(async () => {
  system = await GeneratorSystem.start({ ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture' });
  photo = await photoLike({ width: 320, height: 256, seed: 1 });
  src = await system.upload(photo);
  await system.copy();
  const asset = new TestAsset(system);
  await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
  await asset.reserve(1);
  const { key, sha256, bytes } = (await asset.until(1, 'Mp4Stored', LONG_MS)).data;
  served = { key, sha256, bytes };
}, LONG_MS);
afterAll(() => system?.stop(), 30_000);

describe('storing and merging', () => {
  /** A file stands where the store writes first: nothing can be put, as on a full disk. */
  const tmp = () => path.join(system.folder, 'objects', 'tmp');
  const block = async () => {
    await rename(tmp(), `${tmp()}-away`);
    await writeFile(tmp(), 'in the way');
  };
  const heal = async () => {
    await rm(tmp());
    await rename(`${tmp()}-away`, tmp());
  };
  const tried = async (asset: TestAsset) =>
    (await asset.story(1)).filter((fact) => fact.includes('r2_write'));
  /** Merged, and about to be stored in a store that refuses. */
  const aboutToStore = async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, {});
    const clip = Buffer.from('a clip');
    await animatedByHand(system, asset, { clip, source: photo, merged: served });
    await block();
    await asset.begin();
    return asset;
  };

  it(
    'a store that refuses is asked three times, then the generation fails with r2_write_failed',
    async () => {
      const asset = await aboutToStore();
      const { data } = await asset.until(1, 'GenerationFailed', LONG_MS).finally(heal);
      expect(data).toMatchObject({ stage: 'r2_write', code: 'r2_write_failed' });
      expect(await tried(asset)).toEqual([
        'StageFailed(r2_write, 1)',
        'RetryScheduled(r2_write, 2)',
        'StageFailed(r2_write, 2)',
        'RetryScheduled(r2_write, 3)',
        'StageFailed(r2_write, 3)',
      ]);
      expect(await system.objects.head(served.key)).toMatchObject({ bytes: served.bytes });
    },
    LONG_MS,
  );

  it(
    'one that is whole again in time has lost nothing',
    async () => {
      const asset = await aboutToStore();
      await asset.until(1, 'StageFailed', LONG_MS).finally(heal);
      expect((await asset.until(1, 'Mp4Stored', LONG_MS)).data.durationMs).toBe(2_000);
      expect((await tried(asset)).slice(0, 2)).toEqual([
        'StageFailed(r2_write, 1)',
        'RetryScheduled(r2_write, 2)',
      ]);
      expect(await system.predictionsOf(asset.assetId)).toBe(0);
    },
    LONG_MS,
  );

  it(
    'clips that cannot be merged fail with merge_failed after three attempts, and cost no prediction',
    async () => {
      const asset = new TestAsset(system);
      await asset.prepare(src, {});
      await animatedByHand(system, asset, { clip: Buffer.from('no video at all'), source: photo });
      await asset.begin();
      const { data } = await asset.until(1, 'GenerationFailed', LONG_MS);
      expect(data).toMatchObject({ stage: 'merge', code: 'merge_failed' });
      expect((await asset.story(1)).filter((fact) => fact.startsWith('StageStarted(merge'))).toHaveLength(3);
      expect(await system.predictionsOf(asset.assetId)).toBe(0);
    },
    LONG_MS,
  );
});
