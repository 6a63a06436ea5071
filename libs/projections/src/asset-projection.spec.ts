import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import { foldAsset, statusOf } from '@zoetrope/domain/asset';
import fc from 'fast-check';
import { assetProjection } from './asset-projection.js';
import { RowSet } from './row-set.js';
import { assetId, OWNER, PROJECT, placed, story } from './testing/facts.js';

const ID = assetId(1);
const of = story(ID);
const WHO = { assetId: ID, projectId: PROJECT, ownerId: OWNER };

const project = (facts: readonly Fact[]) => {
  const rows = new RowSet();
  for (const fact of placed(facts)) assetProjection.apply(rows, fact);
  return { asset: rows.get('asset', ID), generation: (n: number) => rows.get('generation', ID, n), rows };
};

const FIRST = [
  of.prepared({ motion: 'kinetic' }),
  of.queued(1, 1, { motion: 'kinetic' }),
  of.vision(1, 1, 'drift'),
  of.predicted(1, 1, 'p1'),
  of.stored(1, 1),
];
const READY = [...FIRST, of.switched(1, 1), of.ready(1, 1)];

describe('an asset in the views', () => {
  it('is pending from the first ask, with what was asked over the defaults', () => {
    const { asset, generation } = project([of.prepared({ motion: 'kinetic' })]);
    expect(asset).toMatchObject({
      status: 'pending',
      motion: 'kinetic',
      mode: 'loop',
      dur_seconds: 4,
      generation_count: 0,
    });
    expect(generation(1)).toMatchObject({
      status: 'pending',
      requested_by: 'proxy',
      requested_at: 1_790_000_000_000,
    });
  });

  it('serves what was switched, and turns ready only when that is announced', () => {
    const switched = project([...FIRST, of.switched(1, 1)]).asset;
    expect(switched).toMatchObject({ status: 'pending', video: { generation: 1 }, ready_generation: 0 });
    const { asset, generation } = project(READY);
    expect(asset).toMatchObject({ status: 'ready', ready_generation: 1, generation_count: 1, error: null });
    expect(generation(1)).toMatchObject({
      status: 'ready',
      vision_prompt: 'drift',
      predictions: [{ id: 'p1', stage: 'single', attempt: 1 }],
      loop_mode: 'native',
      accepted: true,
    });
  });

  it('a regenerate is pending at once, takes its values when queued, and keeps the served video', () => {
    const asked = project([...READY, of.regenerate(2, { dur_seconds: 6 })]);
    expect(asked.asset).toMatchObject({
      status: 'pending',
      dur_seconds: 4,
      generation_count: 1,
      video: { generation: 1 },
    });
    expect(asked.generation(2)).toMatchObject({ status: 'pending', asked: { dur_seconds: 6 } });
    const queued = project([...READY, of.regenerate(2), of.queued(2, 8, { dur_seconds: 6, seed_asked: 9 })]);
    expect(queued.asset).toMatchObject({ status: 'pending', dur_seconds: 6, seed: 9, generation_count: 2 });
  });

  it('a failure keeps the good video and says why until the next success', () => {
    const failed = [...READY, of.regenerate(2), of.queued(2, 8), of.failed(2, 8)];
    expect(project(failed).asset).toMatchObject({
      status: 'ready',
      error: 'i2v_failed: no',
      video: { generation: 1 },
    });
    const again = [...failed, of.regenerate(3), of.queued(3, 11), of.stored(3, 11), of.switched(3, 11)];
    expect(project(again).asset).toMatchObject({ status: 'pending', error: 'i2v_failed: no' });
    expect(project([...again, of.ready(3, 11)]).asset).toMatchObject({ status: 'ready', error: null });
  });

  it('a refused regenerate changes nothing but the number; a refused first one says why there is no video', () => {
    const before = project(READY).asset;
    const { asset, generation } = project([...READY, of.regenerate(2), of.refused(2, 8)]);
    expect(asset).toEqual(before);
    expect(generation(2)).toMatchObject({ status: 'refused', reason: 'limit', error_code: 'quota_exceeded' });
    const first = project([of.prepared(), of.refused(1, 1)]).asset;
    expect(first).toMatchObject({ status: 'failed', error: expect.stringMatching(/^quota_exceeded: /) });
  });

  it('a refusal is no failure: nothing says it of an asset that was started, whatever became of that', () => {
    const started = [of.prepared(), of.queued(1, 1), of.regenerate(2)];
    const before = project([of.prepared(), of.queued(1, 1)]).asset;
    expect(project([...started, of.refused(2, 3)]).asset).toEqual(before);
    const cancelled = [...started, of.cancelled(1, 1), of.refused(2, 3)];
    expect(project(cancelled).asset).toMatchObject({ status: 'failed', error: null });
    const failed = [...started, of.failed(1, 1), of.refused(2, 3)];
    expect(project(failed).asset).toMatchObject({ status: 'failed', error: 'i2v_failed: no' });
  });

  it('a refused first one is no reason any more once another was accepted', () => {
    const again = [of.prepared(), of.refused(1, 1), of.regenerate(2)];
    expect(project(again).asset).toMatchObject({ error: expect.stringMatching(/^quota_exceeded: /) });
    expect(project([...again, of.queued(2, 3)]).asset).toMatchObject({ status: 'pending', error: null });
  });

  it('a generation that ended before it was queued still counts as accepted', () => {
    const { asset, generation } = project([...READY, of.regenerate(2), of.cancelled(2, 8)]);
    expect(asset).toMatchObject({ status: 'ready', generation_count: 2 });
    expect(generation(2)).toMatchObject({
      status: 'cancelled',
      reason: 'requested',
      error_code: 'cancelled',
    });
  });

  it('a deletion leaves the name alone, whatever the pipeline still says', () => {
    const { asset, rows } = project([
      ...READY,
      of.regenerate(2),
      of.queued(2, 8),
      of.deleted(2),
      of.cancelled(2, 8),
    ]);
    expect(asset).toMatchObject({ deleted: true, src_url: '', asked: {}, video: null });
    expect(rows.changes('generation')).toEqual([]);
    expect(rows.sweptAssets()).toEqual([ID]);
  });

  it('a deletion leaves the same when it is all that the log still tells', () => {
    const at = (facts: Fact[]) => ({ ...project(facts).asset, created_at: 0, created_seq: 0 });
    expect(at([of.deleted(2)])).toEqual(at([...READY, of.regenerate(2), of.deleted(2)]));
  });

  it('a generation that is not kept any more says so, and nothing else of it changes', () => {
    const collected = GenerationCollected({ ...WHO, generation: 1, latest: null });
    const [before, after] = [project(READY), project([...READY, collected])];
    expect(after.generation(1)).toEqual({ ...before.generation(1), collected: true });
    expect(after.asset).toEqual(before.asset);
  });
});

/** Asks come in the order of their numbers; what the pipeline says of them in any order, any number of times. */
const anyStory: fc.Arbitrary<Fact[]> = fc
  .tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 })), { maxLength: 20 }),
  )
  .map(([asks, words]) => {
    const facts: Fact[] = [of.prepared()];
    let asked = 1;
    for (const [what, about] of words) {
      const n = (about % asked) + 1;
      const told = [
        of.queued(n, n),
        of.stored(n, n),
        of.switched(n, n),
        of.purged(n, n),
        of.purged(n, n, true),
        of.ready(n, n),
        of.failed(n, n),
        of.cancelled(n, n),
        of.refused(n, n),
      ];
      const fact = told[what % (told.length + 3)];
      if (fact) facts.push(fact);
      else if (asked < asks) facts.push(of.regenerate(++asked));
    }
    return facts;
  });

it('says what the domain says, whatever is told in whatever order', () => {
  fc.assert(
    fc.property(anyStory, (facts) => {
      const { asset } = project(facts);
      const state = foldAsset(placed(facts));
      expect([asset?.status, asset?.video?.generation, asset?.ready_generation]).toEqual([
        statusOf(state),
        state.served?.generation,
        state.readyGeneration,
      ]);
    }),
    { numRuns: 1_000 },
  );
});

it('what is stored behind a newer failure is in flight until it is announced', () => {
  const behind = [...READY, of.regenerate(2), of.regenerate(3), of.queued(2, 6), of.queued(3, 7)];
  const stored = [...behind, of.stored(2, 6), of.failed(3, 7)];
  expect(project(stored).asset).toMatchObject({ status: 'pending', video: { generation: 1 } });
  const switched = [...stored, of.switched(2, 6), of.purged(2, 6)];
  expect(project(switched).asset).toMatchObject({ status: 'pending', video: { generation: 2 } });
  expect(project([...switched, of.ready(2, 6)]).asset).toMatchObject({ status: 'ready' });
});

it('a purge that is asked for again leaves the last failure’s words', () => {
  const failed = [...READY, of.regenerate(2), of.queued(2, 6), of.failed(2, 6)];
  expect(project([...failed, of.purged(1, 1, true)]).asset).toMatchObject({
    status: 'ready',
    error: 'i2v_failed: no',
  });
});
