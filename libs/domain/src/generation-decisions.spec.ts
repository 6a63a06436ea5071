import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
import { GenerationDenied, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import {
  AssetDeleted,
  AssetPrepared,
  AssetRegenerateRequested,
  GenerationCancelRequested,
} from '@zoetrope/contracts/facts/request';
import type { PrepareAsked, RegenerateAsked } from '@zoetrope/contracts/parameters';
import { foldAsset } from './asset.js';
import { foldGeneration } from './generation.js';
import {
  cancelGeneration,
  giveUp,
  isAheadOfItsTurn,
  refuseGeneration,
  runningBefore,
  type Taking,
  takeUp,
} from './generation-decisions.js';
import { fateOf } from './generation-fate.js';
import { base, inLog, some } from './generation-testing.js';
import { recorded } from './testing.js';

const { assetId, projectId, ownerId, commandId, period } = base;
const who = { assetId, projectId, ownerId, commandId };
const defaults = { motion: 'subtle', mode: 'loop', dur_seconds: 4 } as const;

const prepared = (asked: PrepareAsked = {}) =>
  AssetPrepared({
    ...who,
    number: 1,
    period,
    src: 'https://e.com/a.png',
    asked,
    defaults,
    requestedBy: 'api',
  });
const requested = (number: number, asked: RegenerateAsked = {}) =>
  AssetRegenerateRequested({ ...who, number, period, asked, requestedBy: 'api' });
const entry = {
  commandId,
  assetId,
  projectId,
  generation: 1,
  requestSeq: 1,
  plan: 'pro',
  limit: 100,
} as const;
const reserved = (plan: 'free' | 'pro' = 'pro') =>
  GenerationReserved({
    ...entry,
    plan,
    model: plan === 'pro' ? 'seedance' : 'wan-fast',
    overage: false,
    priceCents: 0,
  }).data;

/** The ask of `number` among these facts, when its outcome arrives. */
const taking = (number: number, ...facts: Fact[]): Taking => {
  const log = recorded(facts);
  const asset = foldAsset(log);
  const request = asset.requests.get(number);
  if (!request) throw new Error(`no request ${number}`);
  const pipeline = log.filter(({ type }) => !/^Asset|Requested$/.test(type));
  const generation = foldGeneration(number, pipeline as ReturnType<typeof inLog>);
  return { asset, generation, ask: request.ask, requestSeq: request.seq };
};
const factFrom = (decision: ReturnType<ReturnType<typeof takeUp>>): GenerationFact | undefined =>
  decision.kind === 'record' ? decision.facts[0] : undefined;
const takenUp = (number: number, facts: Fact[], plan: 'free' | 'pro' = 'pro') => {
  const taken = taking(number, ...facts);
  return factFrom(takeUp(reserved(plan), 42, fateOf(taken.asset, number))(taken));
};

describe('a reserved generation', () => {
  it('is queued with what prepare asked, then the defaults, and a drawn seed', () => {
    expect(takenUp(1, [prepared({ motion: 'kinetic', aspect: '16:9' })])).toMatchObject({
      type: 'GenerationQueued',
      data: {
        latest: { generation: 1, requestSeq: 1 },
        resolved: {
          motion: 'kinetic',
          mode: 'loop',
          dur_seconds: 4,
          aspect: '16:9',
          seed_asked: null,
          seed: 42,
        },
      },
    });
  });

  it('keeps what was current, an asked seed too, and draws again after null', () => {
    const before = [prepared(), some.queued({ motion: 'kinetic', dur_seconds: 6, seed_asked: 9, seed: 9 })];
    const again = takenUp(2, [...before, requested(2, { mode: 'animate-in' })]);
    expect(again?.data).toMatchObject({
      resolved: { motion: 'kinetic', mode: 'animate-in', dur_seconds: 6, seed_asked: 9, seed: 9 },
    });
    const fresh = takenUp(2, [...before, requested(2, { seed: null })]);
    expect(fresh?.data).toMatchObject({ resolved: { seed_asked: null, seed: 42 } });
  });

  it("uses the asset's own prompt unless one is sent, which is not kept", () => {
    const own = prepared({ prompt_override: 'own' });
    const sent = takenUp(2, [
      own,
      some.queued({ prompt_override: 'own' }),
      requested(2, { prompt_override: 'x' }),
    ]);
    expect(sent?.data).toMatchObject({ resolved: { prompt_override: 'x' }, ownPrompt: 'own' });
    const next = takenUp(3, [own, some.queued({ prompt_override: 'x' }, 2), requested(3)]);
    expect(next?.data).toMatchObject({ resolved: { prompt_override: 'own' } });
    const none = takenUp(3, [prepared(), some.queued({ prompt_override: 'x' }, 2), requested(3)]);
    expect(none?.data).not.toHaveProperty('resolved.prompt_override');
  });

  it('preserves the aspect on Free, and gets the asked one back after an upgrade', () => {
    const facts = [prepared({ aspect: '1:1' })];
    expect(takenUp(1, facts, 'free')?.data).toMatchObject({ resolved: { aspect: 'preserve' } });
    const upgraded = [...facts, some.queued({ aspect: 'preserve' }), requested(2)];
    expect(takenUp(2, upgraded, 'pro')?.data).toMatchObject({ resolved: { aspect: '1:1' } });
  });

  it('names the open one it ends, and not one whose video is stored', () => {
    const open = [prepared(), some.queued(), requested(2)];
    expect(takenUp(2, open)?.data).toMatchObject({ supersedes: 1 });
    const stored = takenUp(2, [prepared(), some.queued(), some.stored(), requested(2)]);
    expect(stored?.data).toMatchObject({ generation: 2, supersedes: undefined });
  });

  it('older than one already queued ends at once as superseded', () => {
    const facts = [prepared(), requested(2), requested(3), some.queued({}, 3)];
    expect(takenUp(2, facts)).toMatchObject({
      type: 'GenerationCancelled',
      data: { generation: 2, reason: 'superseded', predicted: false, latest: { generation: 3 } },
    });
  });

  it('cancelled or deleted before it arrived ends at once', () => {
    const cancel = GenerationCancelRequested({ ...who, generation: 1, number: 1 });
    expect(takenUp(1, [prepared(), cancel])).toMatchObject({ data: { reason: 'requested' } });
    const deleted = AssetDeleted({ ...who, number: 1 });
    expect(takenUp(1, [prepared(), deleted])).toMatchObject({ data: { reason: 'deleted' } });
  });

  it('is taken up once, however often its outcome arrives', () => {
    expect(takenUp(1, [prepared(), some.queued()])).toBeUndefined();
    expect(takenUp(1, [prepared(), some.queued(), some.cancelled()])).toBeUndefined();
  });
});

describe('a reservation that overtook an older one', () => {
  const denied = GenerationDenied({ ...entry, generation: 2, reason: 'limit' }).data;
  const before = [prepared(), some.queued(), requested(2, { motion: 'kinetic', prompt_override: 'x' })];
  const refused = factFrom(refuseGeneration(denied)(taking(2, ...before))) as Fact;

  it('waits while the older one has no outcome, and no longer', () => {
    expect(isAheadOfItsTurn(taking(3, ...before, requested(3)))).toBe(true);
    expect(isAheadOfItsTurn(taking(2, ...before, requested(3)))).toBe(false);
    expect(isAheadOfItsTurn(taking(3, ...before, requested(3), some.queued({}, 2)))).toBe(false);
    expect(isAheadOfItsTurn(taking(3, ...before, requested(3), refused))).toBe(false);
  });

  it('does not wait when it ends at once, or was taken up before', () => {
    const cancel = GenerationCancelRequested({ ...who, generation: 3, number: 3 });
    const cancelled = taking(3, ...before, requested(3), cancel);
    expect(isAheadOfItsTurn(cancelled, fateOf(cancelled.asset, 3))).toBe(false);
    expect(isAheadOfItsTurn(taking(3, ...before, requested(3), some.queued({}, 3)))).toBe(false);
  });

  it('takes over what the older one sent, except its prompt, and nothing of a refused one', () => {
    const over = takenUp(3, [...before, requested(3, { dur_seconds: 6 })]);
    expect(over?.data).toMatchObject({ resolved: { motion: 'kinetic', dur_seconds: 6 } });
    expect(over?.data).not.toHaveProperty('resolved.prompt_override');
    const alone = takenUp(3, [...before, refused, requested(3, { dur_seconds: 6 })]);
    expect(alone?.data).toMatchObject({ resolved: { motion: 'medium', dur_seconds: 6 } });
  });
});

describe('the older generation that runs while a newer one is taken up', () => {
  it('is the newest queued one, while it is open', () => {
    const older = (...facts: Fact[]) => runningBefore(taking(2, ...facts, requested(2)))?.generation;
    expect(older(prepared(), some.queued())).toBe(1);
    expect(older(prepared())).toBeUndefined();
    expect(older(prepared(), some.queued(), some.stored())).toBeUndefined();
    expect(older(prepared(), some.queued(), some.cancelled())).toBeUndefined();
  });
});

describe('other ends', () => {
  const denied = GenerationDenied({ ...entry, reason: 'limit' }).data;

  it('a denial is written once and changes nothing else', () => {
    const decision = refuseGeneration(denied)(taking(1, prepared()));
    expect(factFrom(decision)).toMatchObject({
      type: 'GenerationRefused',
      data: { reason: 'limit', latest: null },
    });
    const refused = factFrom(decision) as Fact;
    expect(refuseGeneration(denied)(taking(1, prepared(), refused))).toEqual({ kind: 'nothing-new' });
  });

  it('a cancel tells whether a prediction was recorded, and is too late after the video', () => {
    const running = [some.queued(), some.started('stage1'), some.created('stage1')];
    const decision = cancelGeneration('requested')(foldGeneration(1, inLog(running)));
    expect(factFrom(decision)).toMatchObject({ data: { reason: 'requested', predicted: true } });
    const stored = foldGeneration(1, inLog([...running, some.stored()]));
    expect(cancelGeneration('requested')(stored)).toEqual({ kind: 'nothing-new' });
  });

  it('what no attempt could take up fails, queued or not', () => {
    expect(factFrom(giveUp('poison')(taking(1, prepared())))).toMatchObject({
      type: 'GenerationFailed',
      data: { code: 'pipeline_stalled', message: expect.not.stringContaining('poison'), detail: 'poison' },
    });
    expect(giveUp('poison')(taking(1, prepared(), some.queued(), some.stored()))).toEqual({
      kind: 'nothing-new',
    });
  });
});
