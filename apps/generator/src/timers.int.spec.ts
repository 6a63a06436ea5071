import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { photoLike } from '@zoetrope/media/testing';
import { TestAsset } from './testing/asset.js';
import { GeneratorSystem } from './testing/generator-system.js';

/**
 * Real: broker, renderer, object files, a generator process. Both generator and broker are killed with SIGKILL
 * between setting an alarm and its firing; the time-outs are shorter than in production, by configuration alone.
 */
const LIMIT_MS = 4_000;
let system: GeneratorSystem;
afterEach(() => system?.stop(), 30_000);

const isCanceled = (asset: TestAsset) => async () =>
  (await system.journal(asset.assetId)).some(({ event }) => event === 'canceled');

/** A prediction that never ends; then neither generator nor broker is alive, and at last both are again. */
async function killedWhileItWaits(env: Record<string, string>): Promise<TestAsset> {
  system = await GeneratorSystem.start({ ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture', ...env });
  const src = await system.upload(await photoLike({ width: 320, height: 256, seed: 1 }));
  const asset = new TestAsset(system);
  await system.faultsOf(asset.assetId, { kind: 'never-finish' }, { kind: 'never-finish' });
  const victim = await system.process(30_000);
  await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
  await asset.reserve(1);
  await asset.until(1, 'PredictionCreated');
  await Promise.all([victim.kill('SIGKILL'), system.server.kill()]);
  await system.server.restart();
  await system.copy(30_000);
  return asset;
}

describe('an alarm survives the generator and the broker being killed', () => {
  it('that of a prediction: it is i2v_timeout, stopped at the provider, and tried again', async () => {
    const asset = await killedWhileItWaits({ GENERATOR_PREDICTION_TIMEOUT_MS: String(LIMIT_MS) });
    const { data, meta } = await asset.until(1, 'StageFailed', 60_000);
    expect(data).toMatchObject({ stage: 'single', attempt: 1, code: 'i2v_timeout', transient: true });
    expect(meta.ts - (await asset.until(1, 'StageStarted')).meta.ts).toBeGreaterThanOrEqual(LIMIT_MS);
    await until('the provider is told', isCanceled(asset));
    expect((await asset.until(1, 'RetryScheduled')).data).toMatchObject({ stage: 'single', attempt: 2 });
    await asset.cancel(1);
    await asset.until(1, 'GenerationCancelled');
  }, 90_000);

  it('that of the whole generation: it ends as pipeline_stalled, and nothing runs on', async () => {
    const asset = await killedWhileItWaits({ GENERATOR_STALL_MS: String(LIMIT_MS) });
    const { data, meta } = await asset.until(1, 'GenerationFailed', 60_000);
    expect(data).toMatchObject({ code: 'pipeline_stalled', message: 'no progress for 4 s' });
    expect(meta.ts - (await asset.until(1, 'PredictionCreated')).meta.ts).toBeGreaterThanOrEqual(LIMIT_MS);
    await until('the provider is told', isCanceled(asset));
  }, 90_000);
});

describe('a cancel', () => {
  beforeEach(async () => {
    system = await GeneratorSystem.start({ ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture' });
    await system.copy();
  }, 60_000);

  it('that comes while the creation is under way stops the prediction as soon as its id is known', async () => {
    const asset = new TestAsset(system);
    await system.faultsOf(asset.assetId, { kind: 'never-finish' });
    system.proxy.faults.push('late-reply');
    const src = await system.upload(await photoLike({ width: 320, height: 256, seed: 2 }));
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
    await asset.reserve(1);
    await until('the provider has made it', () => system.proxy.held === 1);
    await asset.cancel(1);
    expect((await asset.until(1, 'GenerationCancelled')).data).toMatchObject({
      reason: 'requested',
      predicted: false,
    });
    system.proxy.release();
    await until('the prediction is stopped', isCanceled(asset));
    expect(await system.predictionsOf(asset.assetId)).toBe(1);
    expect(await asset.story(1)).not.toContain('PredictionCreated(single, 1)');
  }, 60_000);

  it('is not all: each creation names a deadline, which ends what nobody can stop any more', async () => {
    const asset = new TestAsset(system);
    await system.faultsOf(asset.assetId, { kind: 'never-finish' });
    const src = await system.upload(await photoLike({ width: 320, height: 256, seed: 3 }));
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, prompt_override: 'orbit' });
    await asset.reserve(1);
    await asset.until(1, 'PredictionCreated');
    const [created] = await system.journal(asset.assetId);
    const { at, deadline } = created as unknown as { at: string; deadline: string };
    expect(Date.parse(deadline) - Date.parse(at)).toBeGreaterThanOrEqual(300_000);
    expect(Date.parse(deadline) - Date.parse(at)).toBeLessThanOrEqual(335_000);
    await asset.cancel(1);
    await until('the prediction is stopped', isCanceled(asset));
  }, 60_000);
});
