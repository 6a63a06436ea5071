import { describe, expect, it } from '@jest/globals';
import {
  GenerationCancelled,
  GenerationFailed,
  GenerationQueued,
  GenerationRefused,
  Mp4Stored,
} from '@zoetrope/contracts/facts/generation';
import {
  AssetDeleted,
  AssetPrepared,
  AssetRegenerateRequested,
  GenerationCancelRequested,
} from '@zoetrope/contracts/facts/request';
import { CachesPurged, GenerationReady, VideoSwitched } from '@zoetrope/contracts/facts/video';
import {
  anchorOf,
  cancel,
  deleteAsset,
  foldAsset,
  generationInFlight,
  prepare,
  regenerate,
  statusOf,
} from './asset.js';
import { recorded, rules } from './testing.js';

const rule = rules(foldAsset);
const commandId = (n: number) => `cmd_${n.toString(16).padStart(32, '0')}` as never;
const owner = {
  assetId: 'ab'.repeat(16) as never,
  projectId: 'prj_01234567890123456789' as never,
  ownerId: 'owner1' as never,
};
const period = '2026-11' as never;
const preparation = {
  ...owner,
  commandId: commandId(1),
  number: 1 as const,
  period,
  src: 'https://example.com/a.jpg',
  asked: {},
  defaults: { motion: 'medium' as const, mode: 'loop' as const, dur_seconds: 4 },
  requestedBy: 'api' as const,
};
const prepared = AssetPrepared(preparation);
const ask = (n: number) => ({
  ...owner,
  commandId: commandId(n),
  period,
  asked: {},
  requestedBy: 'api' as const,
});
const requested = (n: number, number = n) => AssetRegenerateRequested({ ...ask(n), number });
const base = (n: number) => ({
  ...owner,
  period,
  generation: n,
  requestSeq: n,
  commandId: commandId(n),
  latest: { generation: n, requestSeq: n },
});
const queued = (n: number) =>
  GenerationQueued({
    ...base(n),
    resolved: {
      motion: 'medium',
      mode: 'loop',
      dur_seconds: 4,
      aspect: 'preserve',
      seed_asked: null,
      seed: 7,
    },
    src: preparation.src,
    plan: 'pro',
    model: 'seedance',
    overage: false,
  });
const refused = (n: number) => GenerationRefused({ ...base(n), reason: 'limit' });
const failed = (n: number) => GenerationFailed({ ...base(n), code: 'i2v_failed', message: 'no' });
const cancelled = (n: number) => GenerationCancelled({ ...base(n), reason: 'requested', predicted: false });
const video = (n: number) => ({
  key: `k${n}`,
  sha256: 'c'.repeat(64),
  bytes: 9,
  durationMs: 4000,
  width: 640,
  height: 360,
  loopMode: 'native' as const,
  model: 'seedance' as const,
  posterKey: 'p',
});
const stored = (n: number) => Mp4Stored({ ...base(n), ...video(n), latencyMs: 1 });
const served = (n: number) => ({ ...owner, generation: n, requestSeq: n, ...video(n), switchedAt: n });
const switched = (n: number) => VideoSwitched(served(n));
const ready = (n: number) => GenerationReady({ ...served(n), unconfirmed: [] });
const purged = (n: number, announced = false) =>
  CachesPurged({ ...served(n), announced, caches: [], unconfirmed: [] });
const firstDone = [prepared, queued(1), stored(1), switched(1), ready(1)];

describe('asking', () => {
  rule('prepare names the asset once').given().when(prepare(preparation)).thenFacts(prepared);
  rule('prepare again starts nothing').given(prepared).when(prepare(preparation)).thenNothingNew();
  rule('a regenerate takes the next number')
    .given(...firstDone)
    .when(regenerate(ask(2)))
    .thenFacts(requested(2));
  rule('the same request twice is one generation')
    .given(prepared, requested(2))
    .when(regenerate(ask(2)))
    .thenNothingNew();
  rule('a refused regenerate changes nothing but the number')
    .given(...firstDone, requested(2), refused(2))
    .when(regenerate(ask(3)))
    .thenFacts(requested(3));
  rule('a cancel uses up no number')
    .given(
      prepared,
      queued(1),
      GenerationCancelRequested({ ...owner, commandId: commandId(9), generation: 1, number: 1 }),
    )
    .when(regenerate(ask(2)))
    .thenFacts(requested(2));
  rule('an asset that is not there cannot be regenerated')
    .given()
    .when(regenerate(ask(2)))
    .thenRefused('not found');
  rule('nor one that was deleted')
    .given(prepared, AssetDeleted({ ...owner, commandId: commandId(8), number: 1 }))
    .when(regenerate(ask(2)))
    .thenRefused('not found');
});

describe('cancelling', () => {
  const cancelFact = (generation: number, number: number) =>
    GenerationCancelRequested({ ...owner, commandId: commandId(9), generation, number });
  rule('names the generation it ends')
    .given(prepared, queued(1))
    .when(cancel({ commandId: commandId(9) }))
    .thenFacts(cancelFact(1, 1));
  rule('reaches one that quota has not decided yet')
    .given(...firstDone, requested(2))
    .when(cancel({ commandId: commandId(9) }))
    .thenFacts(cancelFact(2, 2));
  rule('does nothing when nothing is in flight')
    .given(...firstDone)
    .when(cancel({ commandId: commandId(9) }))
    .thenNothingNew();
  rule('comes too late once the mp4 is stored')
    .given(prepared, queued(1), stored(1))
    .when(cancel({ commandId: commandId(9) }))
    .thenNothingNew();
  rule('twice is once')
    .given(prepared, queued(1), cancelFact(1, 1))
    .when(cancel({ commandId: commandId(8) }))
    .thenNothingNew();
});

describe('deleting', () => {
  const deleted = (number: number) => AssetDeleted({ ...owner, commandId: commandId(9), number });
  const it9 = deleteAsset({ commandId: commandId(9) });
  rule('is a fact that names the newest ask, whatever is in flight')
    .given(...firstDone, requested(2), queued(2))
    .when(it9)
    .thenFacts(deleted(2));
  rule('reaches an asset that quota has not decided yet').given(prepared).when(it9).thenFacts(deleted(1));
  rule('twice is once')
    .given(prepared, deleted(1))
    .when(deleteAsset({ commandId: commandId(8) }))
    .thenNothingNew();
  rule('of what is not there is refused').given().when(it9).thenRefused('not found');
  rule('is final: the same words do not name it anew')
    .given(prepared, deleted(1))
    .when(prepare(preparation))
    .thenNothingNew();
  rule('stays so when everything else was purged')
    .given(deleted(1))
    .when(prepare(preparation))
    .thenNothingNew();
  rule('and is then still nothing new').given(deleted(1)).when(it9).thenNothingNew();
});

describe('status', () => {
  const cases: [
    string,
    ReturnType<typeof recorded>[number][] | readonly unknown[],
    string,
    number | undefined,
  ][] = [
    ['a request nobody decided is pending', [prepared], 'pending', 1],
    ['a queued one is pending', [prepared, queued(1)], 'pending', 1],
    ['a stored one nobody announced is pending', [prepared, queued(1), stored(1), switched(1)], 'pending', 1],
    ['an announced one is ready', firstDone, 'ready', undefined],
    ['a regenerate makes it pending again', [...firstDone, requested(2)], 'pending', 2],
    ['a refused regenerate leaves it ready', [...firstDone, requested(2), refused(2)], 'ready', undefined],
    [
      'a failed regenerate leaves it ready',
      [...firstDone, requested(2), queued(2), failed(2)],
      'ready',
      undefined,
    ],
    [
      'a cancelled regenerate goes back to the last good video',
      [...firstDone, requested(2), queued(2), cancelled(2)],
      'ready',
      undefined,
    ],
    ['a failed first one is failed', [prepared, queued(1), failed(1)], 'failed', undefined],
    ['a refused first one is failed', [prepared, refused(1)], 'failed', undefined],
    [
      'a stored one behind a failed newer one is still on its way',
      [...firstDone, requested(2), queued(2), stored(2), requested(3), queued(3), failed(3)],
      'pending',
      2,
    ],
    [
      'a purge asked for again after the announcement changes nothing',
      [...firstDone, purged(1, true)],
      'ready',
      undefined,
    ],
    [
      'a refusal does not end the one that runs',
      [prepared, queued(1), requested(2), refused(2)],
      'pending',
      1,
    ],
  ];
  it.each(cases)('%s', (_title, facts, status, running) => {
    const state = foldAsset(recorded(facts as never));
    expect(statusOf(state)).toBe(status);
    expect(generationInFlight(state)).toBe(running);
  });

  it('between the purge and the announcement the new video is served', () => {
    const state = foldAsset(recorded([prepared, queued(2), stored(2), purged(2)]));
    expect([state.served?.generation, statusOf(state)]).toEqual([2, 'pending']);
  });

  it('is the same from the present alone as from the whole past', () => {
    const past = [
      ...firstDone,
      requested(2),
      queued(2),
      failed(2),
      requested(3),
      refused(3),
      requested(4),
      queued(4),
    ];
    const whole = recorded(past);
    const anchor = whole.findIndex(
      (fact) => fact.type === 'AssetRegenerateRequested' && (fact.data as { number: number }).number === 4,
    );
    const present = [whole[0], ...whole.slice(anchor), whole[4]].filter((fact) => fact !== undefined);
    const [a, b] = [foldAsset(whole), foldAsset(present.sort((x, y) => x.meta.seq - y.meta.seq))];
    expect([statusOf(b), anchorOf(b), b.served, b.lastNumber]).toEqual([
      statusOf(a),
      anchorOf(a),
      a.served,
      a.lastNumber,
    ]);
  });
});
