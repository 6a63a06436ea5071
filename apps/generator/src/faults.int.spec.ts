import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { photoLike } from '@zoetrope/media/testing';
import { TestAsset } from './testing/asset.js';
import { FAULT_TABLE as TABLE } from './testing/fault-table.js';
import { GeneratorSystem } from './testing/generator-system.js';

/**
 * The fault table of this app's README, row by row. Real: broker, renderer (its fixture model, which renders nothing),
 * object files, two generators. All rows run beside each other, each with an asset of its own.
 */
let system: GeneratorSystem;
let src: string;
const assets = new Map<string, TestAsset>();
/** Longer than any creation takes on a busy machine, short enough to wait for. */
const FIRST_POLL_MS = 10_000;
/** All rows together take 30 s of an idle machine. */
const LONG_MS = 240_000;

beforeAll(async () => {
  system = await GeneratorSystem.start({
    ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
    GENERATOR_MAX_CLIP_MB: '2',
  });
  src = await system.upload(await photoLike({ width: 320, height: 256, seed: 1 }));
  await Promise.all([system.copy(FIRST_POLL_MS), system.copy(FIRST_POLL_MS)]);
  for (const [name, { faults }] of Object.entries(TABLE)) {
    const asset = new TestAsset(system);
    assets.set(name, asset);
    await system.faultsOf(asset.assetId, ...faults);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
    await asset.reserve(1);
  }
}, 120_000);
afterAll(() => system?.stop(), 30_000);

const told = async (asset: TestAsset, type: string) =>
  (await asset.facts()).filter((fact) => fact.type === type);

describe('a prediction whose', () => {
  it.each(Object.entries(TABLE))(
    '%s',
    async (name, { ends, attempts = 1, predictions = 1, message, detail }) => {
      const asset = assets.get(name) as TestAsset;
      const end = await asset.until(1, ends === 'good' ? 'Mp4Stored' : 'GenerationFailed', LONG_MS);
      if (ends !== 'good') expect(end.data).toMatchObject({ stage: 'single', code: ends });
      if (message) expect(end.data).toMatchObject({ message: expect.stringMatching(message) });
      if (detail) {
        expect(JSON.stringify(end.data)).not.toMatch(detail);
        const [failure] = await told(asset, 'StageFailed');
        expect(failure?.data).toMatchObject({ detail: expect.stringMatching(detail) });
      }
      expect(await told(asset, 'RetryScheduled')).toHaveLength(attempts - 1);
      expect(await system.predictionsOf(asset.assetId)).toBe(predictions);
      expect((await told(asset, 'StageCompleted')).length).toBe(ends === 'good' ? 2 : 0);
    },
    LONG_MS,
  );

  it(
    'transient faults are waited out: 1 s, and as long as the provider asks',
    async () => {
      const asset = assets.get('creation answered 503, then 429 with Retry-After') as TestAsset;
      await asset.until(1, 'Mp4Stored', LONG_MS);
      const failures = await told(asset, 'StageFailed');
      const retries = await told(asset, 'RetryScheduled');
      const waits = retries.map(({ data }, i) => (data as { at: number }).at - (failures[i]?.meta.ts ?? 0));
      expect(waits[0]).toBeGreaterThanOrEqual(990);
      expect(waits[0]).toBeLessThan(4_000);
      expect(waits[1]).toBeGreaterThanOrEqual(5_990);
      const [, second] = failures;
      expect(second?.data).toMatchObject({ retryAfterMs: 6_000 });
    },
    LONG_MS,
  );

  it(
    'third attempt comes 4 s after the second',
    async () => {
      const asset = assets.get('creation answered 500 three times') as TestAsset;
      await asset.until(1, 'GenerationFailed', LONG_MS);
      const [, retry] = await told(asset, 'RetryScheduled');
      const [, failure] = await told(asset, 'StageFailed');
      const at = (retry?.data as { at: number } | undefined)?.at ?? 0;
      expect(at - (failure?.meta.ts ?? 0)).toBeGreaterThanOrEqual(3_990);
    },
    LONG_MS,
  );

  it(
    'reply was lost is adopted from its callback, and one that is slow is not asked for again',
    async () => {
      for (const name of Object.keys(TABLE).filter((each) => each.startsWith("creation's reply lost"))) {
        const asset = assets.get(name) as TestAsset;
        expect((await asset.until(1, 'PredictionCreated', LONG_MS)).data).toMatchObject({
          attempt: 1,
          adopted: true,
        });
      }
    },
    LONG_MS,
  );

  it(
    'callback was forged is refused, and the true one taken',
    async () => {
      const asset = assets.get('callback forged') as TestAsset;
      await asset.until(1, 'Mp4Stored', LONG_MS);
      await until('both callbacks came', () => system.callbacks.statusesOf(asset.assetId).length === 2);
      expect(system.callbacks.statusesOf(asset.assetId)).toEqual([401, 200]);
    },
    LONG_MS,
  );

  it(
    'callback comes late or again changes nothing',
    async () => {
      for (const [name, times] of [
        ['callback three times', 3],
        ['callback after the poll', 1],
      ] as const) {
        const asset = assets.get(name) as TestAsset;
        await asset.until(1, 'Mp4Stored', LONG_MS);
        await until('they came', () => system.callbacks.statusesOf(asset.assetId).length === times);
        const before = await asset.story(1);
        await asset.ring({ generation: 1, stage: 'single', attempt: 1, kind: 'callback' });
        expect(await asset.story(1)).toEqual(before);
      }
    },
    LONG_MS,
  );
});

describe('a callback that is verified and about nothing we know', () => {
  it(
    'of a generation, an asset or an attempt that does not exist writes nothing',
    async () => {
      const running = new TestAsset(system);
      await system.faultsOf(running.assetId, [{ kind: 'never-finish' }]);
      await running.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
      await running.reserve(1);
      await running.until(1, 'PredictionCreated');
      const nobody = new TestAsset(system);
      const before = await running.story(1);
      const strange = { stage: 'single', kind: 'callback', predictionId: 'somebody-elses' } as const;
      await nobody.ring({ ...strange, generation: 1, attempt: 1 });
      await running.ring({ ...strange, generation: 7, attempt: 1 });
      await running.ring({ ...strange, generation: 1, attempt: 2 });
      expect(await running.story(1)).toEqual(before);
      expect(await nobody.facts()).toEqual([]);
      await running.cancel(1);
      await running.until(1, 'GenerationCancelled');
    },
    LONG_MS,
  );

  it(
    'of a prediction that was made for another asset does not give it the other’s video',
    async () => {
      const [theirs, ours] = [new TestAsset(system), new TestAsset(system)];
      await system.faultsOf(theirs.assetId, [{ kind: 'never-finish' }]);
      await theirs.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
      await theirs.reserve(1);
      const { predictionId } = (await theirs.until(1, 'PredictionCreated')).data;
      system.proxy.faults.push('lost-reply');
      await system.faultsOf(ours.assetId, [{ kind: 'slow', ms: 3_000 }]);
      await ours.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
      await ours.reserve(1);
      await ours.until(1, 'PredictionUnconfirmed');
      await ours.ring({ generation: 1, stage: 'single', attempt: 1, kind: 'callback', predictionId });
      const adopted = await ours.until(1, 'PredictionCreated');
      expect(adopted.data.predictionId).not.toBe(predictionId);
      await ours.until(1, 'Mp4Stored', LONG_MS);
      await theirs.cancel(1);
      await theirs.until(1, 'GenerationCancelled');
    },
    LONG_MS,
  );
});
