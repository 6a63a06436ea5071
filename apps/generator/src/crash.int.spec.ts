import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { photoLike } from '@zoetrope/media/testing';
import { TestAsset } from './testing/asset.js';
import type { CreationFault } from './testing/flaky-proxy.js';
import { GeneratorSystem } from './testing/generator-system.js';

/** Real: broker, renderer, object files, and a generator process that is killed with SIGKILL. */
let system: GeneratorSystem;
let src: string;
/** So short that a test need not wait 30 s for the alarm that finds what was left. */
const FIRST_POLL_MS = 1_500;

beforeAll(async () => {
  system = await GeneratorSystem.start();
  src = await system.upload(await photoLike({ width: 320, height: 256, seed: 1 }));
}, 60_000);
afterEach(async () => {
  system.callbacks.deaf = false;
  await system.stopCopies();
});
afterAll(() => system?.stop(), 30_000);

const createdCount = async ({ assetId }: TestAsset) =>
  (await system.journal(assetId)).filter(({ event }) => event === 'created').length;

/** A generator that dies while it waits for the answer to its first creation; a fresh copy takes over. */
async function killedWhileCreating(
  fault: CreationFault,
  firstPollMs: number,
  ...renderer: readonly object[]
): Promise<TestAsset> {
  const asset = new TestAsset(system);
  if (renderer.length > 0) await system.faultsOf(asset.assetId, ...renderer);
  const asked = system.proxy.creations.length;
  system.proxy.faults.push(fault);
  const victim = await system.process(firstPollMs);
  await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
  await asset.reserve(1);
  await until('it asks the provider', () => system.proxy.creations.length > asked);
  await victim.kill('SIGKILL');
  await system.copy(firstPollMs);
  return asset;
}

describe('a generator killed between StageStarted and PredictionCreated', () => {
  it('before the provider heard of it: the alarm fails the attempt, and the next one is the only prediction', async () => {
    const asset = await killedWhileCreating('held-request', FIRST_POLL_MS);
    await asset.until(1, 'Mp4Stored');
    expect((await asset.until(1, 'StageFailed')).data).toMatchObject({
      code: 'i2v_timeout',
      transient: true,
    });
    expect(await asset.story(1)).toContain('StageStarted(single, 2)');
    expect(await createdCount(asset)).toBe(1);
  }, 60_000);

  it('after the provider had begun: its callback adopts the prediction, and there is no second', async () => {
    const asset = await killedWhileCreating('held-reply', 30_000);
    await asset.until(1, 'Mp4Stored');
    expect((await asset.until(1, 'PredictionCreated')).data).toMatchObject({ adopted: true, attempt: 1 });
    expect(await createdCount(asset)).toBe(1);
  }, 60_000);

  it('after the provider had begun something slow: one more prediction and no third, whatever the first still says', async () => {
    const asset = await killedWhileCreating('held-reply', FIRST_POLL_MS, { kind: 'slow', ms: 12_000 });
    await asset.until(1, 'Mp4Stored', 50_000);
    await until(
      'the first one reports',
      () => system.callbacks.statusesOf(asset.assetId).length === 2,
      30_000,
    );
    expect(await createdCount(asset)).toBe(2);
    const story = await asset.story(1);
    expect(story.filter((fact) => fact.startsWith('StageStarted(single'))).toHaveLength(2);
    expect(story.filter((fact) => fact.startsWith('StageCompleted(single'))).toEqual([
      'StageCompleted(single, 2)',
    ]);
  }, 90_000);
});

describe('a generator killed between GenerationCancelled and telling the provider', () => {
  it('leaves an alarm that stops the superseded prediction', async () => {
    const asset = new TestAsset(system);
    await system.faults({ kind: 'slow', ms: 60_000 });
    const victim = await system.process(30_000);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'PredictionCreated');
    system.proxy.cancelsToHold = 1;
    await asset.regenerate(2);
    await asset.reserve(2);
    await until('it tells the provider', () => system.proxy.cancelsHeld === 1);
    await victim.kill('SIGKILL');
    await system.copy(30_000);
    await until('the prediction is stopped', async () =>
      (await system.journal(asset.assetId)).some(({ event }) => event === 'canceled'),
    );
    expect((await asset.until(1, 'GenerationCancelled')).data.reason).toBe('superseded');
    await asset.until(2, 'Mp4Stored');
    expect(await createdCount(asset)).toBe(2);
  }, 60_000);
});

describe('a callback that never comes', () => {
  it('is made up for by the poll', async () => {
    system.callbacks.deaf = true;
    await system.copy(FIRST_POLL_MS);
    const asset = new TestAsset(system);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'Mp4Stored');
    expect(await createdCount(asset)).toBe(1);
  }, 60_000);
});

describe('a generator killed right after the reservation', () => {
  it('leaves it to the next copy, which queues and runs it once', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    const victim = await system.process(FIRST_POLL_MS);
    await Promise.all([
      asset.reserve(1),
      asset.until(1, 'GenerationQueued').then(() => victim.kill('SIGKILL')),
    ]);
    await system.copy(FIRST_POLL_MS);
    await asset.until(1, 'Mp4Stored', 50_000);
    expect((await asset.story(1)).filter((fact) => fact === 'GenerationQueued')).toHaveLength(1);
    expect(await createdCount(asset)).toBe(1);
  }, 90_000);
});
