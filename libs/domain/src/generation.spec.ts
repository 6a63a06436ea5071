import { describe, expect, it } from '@jest/globals';
import type { GenerationFact } from '@zoetrope/contracts/facts/generation';
import fc from 'fast-check';
import { foldGeneration, openPrediction } from './generation.js';
import {
  LIMITS,
  MAX_ATTEMPTS,
  nextPollAt,
  nextStep,
  PREDICTION_TIMEOUT_MS,
  STALL_MS,
  type Step,
  VISION_TIMEOUT_MS,
} from './generation-steps.js';
import { inLog, some, T0 } from './generation-testing.js';

type Heard = { stage: string; attempt: number; predictionId?: string };
const upToVision = [some.queued(), some.source(), some.visionStarted(), some.vision()];
const single = (...facts: GenerationFact[]) => [
  some.queued({ mode: 'animate-in' }),
  some.source(),
  some.visionStarted(),
  some.vision(),
  ...facts,
];

type At = { in?: number; heard?: Heard; stallRang?: boolean };
const stepAfter = (facts: readonly GenerationFact[], { in: later = 0, ...at }: At = {}): Step => {
  const state = foldGeneration(1, inLog(facts));
  return nextStep(state, { now: state.lastTs + later, ...at });
};

describe('what is left of a generation', () => {
  it.each<[string, GenerationFact[], At, Partial<Step>]>([
    ['nothing of one never queued', [], {}, { kind: 'nothing-left' }],
    ['the source first', [some.queued()], {}, { kind: 'source' }],
    ['then vision', [some.queued(), some.source()], {}, { kind: 'vision', attempt: 1, begun: false }],
    [
      'vision again when its worker may have died',
      [some.queued(), some.source(), some.visionStarted()],
      {},
      { kind: 'vision', attempt: 1, begun: true },
    ],
    ['a loop begins with stage1', upToVision, {}, { kind: 'start', stage: 'stage1', attempt: 1 }],
    ['other modes are one prediction', single(), {}, { kind: 'start', stage: 'single', attempt: 1 }],
    [
      'a lost creation is waited for',
      single(some.started('single')),
      { in: 1_000 },
      { kind: 'await', stage: 'single', predictionId: undefined },
    ],
    [
      'a lost creation is adopted from its callback',
      single(some.started('single')),
      { heard: { stage: 'single', attempt: 1, predictionId: 'p9' } },
      { kind: 'adopt', predictionId: 'p9' },
    ],
    [
      'a lost creation is given up at its alarm',
      single(some.started('single')),
      { in: 30_000, heard: { stage: 'single', attempt: 1 } },
      { kind: 'time-out', stage: 'single', attempt: 1 },
    ],
    [
      'a creation whose reply was lost is not given up at that alarm',
      single(some.started('single'), some.unconfirmed('single')),
      { in: 60_000, heard: { stage: 'single', attempt: 1 } },
      { kind: 'await', since: T0 + 4_000, until: T0 + 4_000 + PREDICTION_TIMEOUT_MS },
    ],
    [
      'it is adopted as late as that',
      single(some.started('single'), some.unconfirmed('single')),
      { in: 200_000, heard: { stage: 'single', attempt: 1, predictionId: 'p9' } },
      { kind: 'adopt', predictionId: 'p9' },
    ],
    [
      'and given up when its whole time is over',
      single(some.started('single'), some.unconfirmed('single')),
      { in: PREDICTION_TIMEOUT_MS },
      { kind: 'time-out', stage: 'single' },
    ],
    [
      'a running prediction is waited for',
      single(some.started('single'), some.created('single')),
      { in: 60_000 },
      { kind: 'await', predictionId: 'p-single-1' },
    ],
    [
      'a callback makes us ask',
      single(some.started('single'), some.created('single')),
      { heard: { stage: 'single', attempt: 1 } },
      { kind: 'collect', predictionId: 'p-single-1' },
    ],
    [
      'a callback of an older attempt does not',
      single(
        some.started('single'),
        some.failed('single'),
        some.started('single', 2),
        some.created('single', 2),
      ),
      { heard: { stage: 'single', attempt: 1, predictionId: 'p-single-1' } },
      { kind: 'await', attempt: 2 },
    ],
    [
      'a prediction has five minutes, and is asked after before it is given up',
      single(some.started('single'), some.created('single')),
      { in: PREDICTION_TIMEOUT_MS },
      { kind: 'collect', predictionId: 'p-single-1' },
    ],
    [
      'stage2 follows stage1',
      [...upToVision, some.started('stage1'), some.created('stage1'), some.completed('stage1')],
      {},
      { kind: 'start', stage: 'stage2', attempt: 1 },
    ],
    [
      'merge follows the clips',
      single(some.started('single'), some.completed('single')),
      {},
      { kind: 'merge', attempt: 1, begun: false },
    ],
    [
      'storing follows merge',
      single(
        some.started('single'),
        some.completed('single'),
        some.started('merge'),
        some.completed('merge'),
      ),
      {},
      { kind: 'store', attempt: 1 },
    ],
    [
      'storing is tried again after a fault',
      single(
        some.completed('single'),
        some.started('single'),
        some.completed('single'),
        some.started('merge'),
        some.completed('merge'),
        some.failed('r2_write'),
        some.retry('r2_write', 2, T0),
      ),
      {},
      { kind: 'store', attempt: 2 },
    ],
    [
      'a first failure waits 1 s',
      single(some.started('single'), some.failed('single')),
      {},
      { kind: 'retry', stage: 'single', attempt: 2, delayMs: 1_000 },
    ],
    [
      'a second failure waits 4 s',
      single(some.started('single', 2), some.failed('single', 2)),
      {},
      { kind: 'retry', attempt: 3, delayMs: 4_000 },
    ],
    [
      'an announced retry waits for its time',
      single(some.started('single'), some.failed('single'), some.retry('single', 2, T0 + 60_000)),
      {},
      { kind: 'wait', attempt: 2, until: T0 + 60_000 },
    ],
    [
      'and begins then',
      single(some.started('single'), some.failed('single'), some.retry('single', 2, T0)),
      {},
      { kind: 'start', stage: 'single', attempt: 2 },
    ],
    [
      'a third failure is the last',
      single(some.started('single', 3), some.failed('single', 3)),
      {},
      { kind: 'fail', stage: 'single', code: 'i2v_failed' },
    ],
    [
      'a lasting failure is not tried again',
      single(some.started('single'), some.failed('single', 1, false)),
      {},
      { kind: 'fail', code: 'i2v_failed', message: 'broke' },
    ],
    [
      'vision is tried again',
      [some.queued(), some.source(), some.visionStarted(), some.visionFailed()],
      {},
      { kind: 'retry', stage: 'vision', attempt: 2, delayMs: 1_000 },
    ],
    [
      'an override needs no VisionStarted',
      [some.queued({ prompt_override: 'spin' }), some.source(), some.vision()],
      {},
      { kind: 'start', stage: 'stage1', attempt: 1 },
    ],
    [
      'a provider that said when to come again is left alone until then',
      single(some.started('single'), some.failed('single', 1, true, 20_000)),
      {},
      { kind: 'retry', attempt: 2, delayMs: 20_000 },
    ],
    [
      'but no attempt comes sooner than it would',
      single(some.started('single'), some.failed('single', 1, true, 5)),
      {},
      { kind: 'retry', attempt: 2, delayMs: 1_000 },
    ],
    [
      'vision whose worker was gone for 30 s is over',
      [some.queued(), some.source(), some.visionStarted()],
      { in: VISION_TIMEOUT_MS },
      { kind: 'time-out', stage: 'vision', attempt: 1 },
    ],
    [
      'ten minutes of silence end it when the stall clock rings',
      single(some.started('single'), some.created('single')),
      { in: STALL_MS, stallRang: true },
      { kind: 'fail', code: 'pipeline_stalled', message: 'no progress for 10 minutes' },
    ],
    [
      'a stall clock that rings too early ends nothing',
      single(some.started('single'), some.created('single')),
      { in: STALL_MS - 1, stallRang: true },
      { kind: 'collect' },
    ],
    [
      'a result that is heard of after an outage is still taken',
      single(some.started('single'), some.created('single')),
      { in: STALL_MS, heard: { stage: 'single', attempt: 1 } },
      { kind: 'collect' },
    ],
    ['a newer queued one supersedes it', [some.queued(), some.queued({}, 2)], {}, { kind: 'superseded' }],
    ['nothing after the video', [some.queued(), some.stored()], {}, { kind: 'nothing-left' }],
    ['nothing after a failure', [some.queued(), some.generationFailed()], {}, { kind: 'nothing-left' }],
    ['nothing after a cancel', [some.queued(), some.cancelled()], {}, { kind: 'nothing-left' }],
  ])('%s', (_rule, facts, at, expected) => {
    expect(stepAfter(facts, at)).toMatchObject(expected);
  });

  it('knows which prediction may still run after the end', () => {
    const facts = single(some.started('single'), some.created('single'), some.cancelled());
    expect(openPrediction(foldGeneration(1, inLog(facts)))).toBe('p-single-1');
    const over = single(some.started('single'), some.created('single'), some.completed('single'));
    expect(openPrediction(foldGeneration(1, inLog(over)))).toBeUndefined();
  });
});

describe('the next poll', () => {
  const first = { since: T0, until: T0 + LIMITS.predictionMs, firstMs: 30_000 };

  it.each([
    [0, 30_000],
    [29_999, 30_000],
    [30_000, 90_000],
    [89_000, 90_000],
    [90_100, 210_000],
    [210_000, 300_000],
  ])('at %p ms comes at %p ms', (now, at) => {
    expect(nextPollAt({ ...first, now: T0 + now })).toBe(T0 + at);
  });

  it('is put off by nothing that sets it again', () => {
    fc.assert(
      fc.property(fc.nat(299_999), fc.nat(299_999), (a, b) => {
        const [now, later] = a < b ? [a, b] : [b, a];
        const at = nextPollAt({ ...first, now: T0 + now });
        expect(at).toBeGreaterThan(T0 + now);
        if (T0 + later < at) expect(nextPollAt({ ...first, now: T0 + later })).toBe(at);
      }),
    );
  });
});

const stages = ['single', 'stage1', 'stage2', 'merge', 'r2_write'] as const;
const attempts = fc.integer({ min: 1, max: MAX_ATTEMPTS });
const anyFact: fc.Arbitrary<GenerationFact> = fc.oneof(
  fc.constantFrom(some.queued(), some.source(), some.queued({}, 2), some.stored(), some.cancelled()),
  fc.tuple(fc.constantFrom(...stages), attempts, fc.boolean()).chain(([stage, attempt, transient]) => {
    const predicted = stage === 'merge' || stage === 'r2_write' ? 'single' : stage;
    return fc.constantFrom<GenerationFact>(
      some.started(stage, attempt),
      some.completed(stage, attempt),
      some.failed(stage, attempt, transient),
      some.retry(stage, attempt + 1, T0),
      some.created(predicted, attempt),
      some.unconfirmed(predicted, attempt),
      some.visionStarted(attempt),
      some.vision(attempt),
      some.visionFailed(attempt, transient),
    );
  }),
);
const anyLog = fc.array(anyFact, { maxLength: 40 });

describe('whatever stands in the log', () => {
  it('folding any prefix twice is the same as folding it once', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(40), (facts, cut) => {
        const log = inLog(facts);
        const once = foldGeneration(1, log);
        expect(foldGeneration(1, [...log.slice(0, cut), ...log.slice(0, cut), ...log])).toEqual(once);
        expect(foldGeneration(1, log.slice(cut), foldGeneration(1, log.slice(0, cut)))).toEqual(once);
      }),
    );
  });

  it('nothing is left after an end, whatever still reports', () => {
    fc.assert(
      fc.property(
        anyLog,
        fc.constantFrom(some.stored(), some.cancelled(), some.generationFailed()),
        anyLog,
        (a, end, b) => {
          const at = { in: STALL_MS, stallRang: true };
          expect(stepAfter([...a, end, ...b], at)).toEqual({ kind: 'nothing-left' });
        },
      ),
    );
  });

  it('no stage is ever begun a fourth time', () => {
    fc.assert(
      fc.property(anyLog, fc.nat(700_000), (facts, later) => {
        const step = stepAfter([some.queued(), ...facts], { in: later });
        if ('attempt' in step) expect(step.attempt).toBeLessThanOrEqual(MAX_ATTEMPTS);
      }),
    );
  });

  it('facts of another generation change nothing but the version and the newest', () => {
    fc.assert(
      fc.property(anyLog, (facts) => {
        const others = facts.map((fact) => ({
          ...fact,
          data: { ...fact.data, generation: 5, latest: null },
        })) as GenerationFact[];
        const state = foldGeneration(1, inLog([some.queued(), ...others]));
        expect(state).toEqual({ ...foldGeneration(1, inLog([some.queued()])), seq: others.length + 1 });
      }),
    );
  });
});
