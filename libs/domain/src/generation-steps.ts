import type { ErrorCode } from '@zoetrope/contracts/error-codes';
import type { PredictionStage, Stage } from '@zoetrope/contracts/facts/generation';
import type { Mode } from '@zoetrope/contracts/parameters';
import type { Attempt, Failure, Generation } from './generation.js';

/** PRODUCT 5: per stage up to three attempts, waiting 0, 1 and 4 s (milliseconds, by attempt). */
export const ATTEMPT_WAITS_MS = [0, 1_000, 4_000] as const;
export const MAX_ATTEMPTS = ATTEMPT_WAITS_MS.length;
export const VISION_TIMEOUT_MS = 30_000;
export const PREDICTION_TIMEOUT_MS = 300_000;
export const STALL_MS = 600_000;
/**
 * How long an attempt may stay without any word of its creation: whoever asked is dead then, and may have died before
 * it asked. A prediction that began all the same is adopted from its callback until then.
 */
export const ADOPTION_MS = 30_000;

/** How long things may take, in ms. */
export interface Limits {
  readonly visionMs: number;
  readonly predictionMs: number;
  readonly stallMs: number;
  readonly adoptionMs: number;
}
export const LIMITS: Limits = {
  visionMs: VISION_TIMEOUT_MS,
  predictionMs: PREDICTION_TIMEOUT_MS,
  stallMs: STALL_MS,
  adoptionMs: ADOPTION_MS,
};

/**
 * When a prediction begun at `since` is asked after next: `firstMs` after it began, then after twice the last wait,
 * and not after `until`. Reckoned from its beginning, so that setting the alarm again puts nothing off. Unix ms.
 */
export const nextPollAt = (p: {
  readonly since: number;
  readonly until: number;
  readonly now: number;
  readonly firstMs: number;
}): number => {
  let at = p.since + p.firstMs;
  for (let wait = 2 * p.firstMs; at <= p.now; wait *= 2) at += wait;
  return Math.min(at, p.until);
};

const STAGES_OF: Readonly<Record<Mode, readonly Stage[]>> = {
  loop: ['vision', 'stage1', 'stage2', 'merge'],
  'animate-in': ['vision', 'single', 'merge'],
  'animate-on-hover': ['vision', 'single', 'merge'],
};

/** What is to be done next for one generation. `until` and `at` are Unix ms. */
export type Step =
  | { readonly kind: 'nothing-left' }
  /** A newer generation is queued: this one is to be ended. */
  | { readonly kind: 'superseded' }
  | { readonly kind: 'source' }
  | { readonly kind: 'vision'; readonly attempt: number; readonly begun: boolean }
  /** Append StageStarted; only if that wins, ask the provider. */
  | { readonly kind: 'start'; readonly stage: PredictionStage; readonly attempt: number }
  /** A callback named a prediction whose creation was never recorded. */
  | {
      readonly kind: 'adopt';
      readonly stage: PredictionStage;
      readonly attempt: number;
      readonly predictionId: string;
    }
  /** Ask the provider how the prediction fares, and copy its output if there is one. */
  | {
      readonly kind: 'collect';
      readonly stage: PredictionStage;
      readonly attempt: number;
      readonly predictionId: string;
    }
  /** The provider is at work (or was asked and its answer lost): its callback or an alarm comes. */
  | {
      readonly kind: 'await';
      readonly stage: PredictionStage;
      readonly attempt: number;
      readonly predictionId?: string;
      readonly since: number;
      readonly until: number;
    }
  /** The attempt's time is over. */
  | {
      readonly kind: 'time-out';
      readonly stage: PredictionStage | 'vision';
      readonly attempt: number;
      readonly predictionId?: string;
      readonly message: string;
    }
  | { readonly kind: 'merge'; readonly attempt: number; readonly begun: boolean }
  | { readonly kind: 'store'; readonly attempt: number }
  /** Announce attempt `attempt`, at `now + delayMs`. */
  | { readonly kind: 'retry'; readonly stage: Stage; readonly attempt: number; readonly delayMs: number }
  | { readonly kind: 'wait'; readonly stage: Stage; readonly attempt: number; readonly until: number }
  | { readonly kind: 'fail'; readonly stage?: Stage; readonly code: ErrorCode; readonly message: string };

/** The moment of asking. `heard`: the outside rang for this attempt (a callback or a poll). */
export interface Moment {
  readonly now: number;
  readonly heard?: { readonly stage: string; readonly attempt: number; readonly predictionId?: string };
  /** The stall clock rang. Anything else that wakes a generation is progress, however long nobody was there to make it. */
  readonly stallRang?: boolean;
  /** Default LIMITS. */
  readonly limits?: Limits;
}

const nothingLeft = { kind: 'nothing-left' } as const;

/** What remains to be done, so that a redelivered, duplicated or late message does nothing twice. */
export const nextStep = (state: Generation, moment: Moment): Step => {
  if (!state.queued || state.ended) return nothingLeft;
  if ((state.latest?.generation ?? 0) > state.number) return { kind: 'superseded' };
  const { stallMs } = moment.limits ?? LIMITS;
  if (moment.stallRang && moment.now - state.lastTs >= stallMs) {
    return { kind: 'fail', code: 'pipeline_stalled', message: `no progress for ${inWords(stallMs)}` };
  }
  if (!state.source) return { kind: 'source' };
  for (const stage of [...STAGES_OF[state.queued.resolved.mode], 'r2_write'] as const) {
    const attempt = state.attempts[stage];
    if (!attempt?.completed) return stageStep(stage, attempt, moment);
  }
  return nothingLeft;
};

const inWords = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${Math.round(ms / 1_000)} s`;

const stageStep = (stage: Stage, attempt: Attempt | undefined, moment: Moment): Step => {
  if (!attempt) return begin(stage, 1);
  if (attempt.failure) return afterFailure(stage, attempt, attempt.failure, moment.now);
  return underWay(stage, attempt, moment);
};

const begin = (stage: Stage, attempt: number): Step => {
  switch (stage) {
    case 'vision':
    case 'merge':
      return { kind: stage, attempt, begun: false };
    case 'r2_write':
      return { kind: 'store', attempt };
    default:
      return { kind: 'start', stage, attempt };
  }
};

const afterFailure = (stage: Stage, attempt: Attempt, failure: Failure, now: number): Step => {
  const next = attempt.number + 1;
  const waitMs = ATTEMPT_WAITS_MS[attempt.number];
  if (!failure.transient || waitMs === undefined) {
    return { kind: 'fail', stage, code: failure.code, message: failure.message };
  }
  const delayMs = Math.max(waitMs, failure.retryAfterMs ?? 0);
  if (attempt.retryAt === undefined) return { kind: 'retry', stage, attempt: next, delayMs };
  if (attempt.retryAt > now) return { kind: 'wait', stage, attempt: next, until: attempt.retryAt };
  return begin(stage, next);
};

const underWay = (stage: Stage, attempt: Attempt, moment: Moment): Step => {
  switch (stage) {
    // In-process work is redone by whoever finds it begun: its worker may have died half way.
    case 'vision':
      return visionStep(attempt, moment);
    case 'merge':
      return { kind: stage, attempt: attempt.number, begun: true };
    case 'r2_write':
      return { kind: 'store', attempt: attempt.number };
    default:
      return predictionStep(stage, attempt, moment);
  }
};

/** Told of a prediction that took too long. */
export const lateResult = (predictionMs: number): string => `no result within ${inWords(predictionMs)}`;

const visionStep = ({ number, startedAt }: Attempt, { now, limits = LIMITS }: Moment): Step =>
  now - startedAt < limits.visionMs
    ? { kind: 'vision', attempt: number, begun: true }
    : {
        kind: 'time-out',
        stage: 'vision',
        attempt: number,
        message: `no prompt within ${inWords(limits.visionMs)}`,
      };

const predictionStep = (stage: PredictionStage, attempt: Attempt, moment: Moment): Step => {
  const { predictionId, number, startedAt, unconfirmed } = attempt;
  const { predictionMs, adoptionMs } = moment.limits ?? LIMITS;
  const named = { stage, attempt: number };
  const heard = moment.heard?.stage === stage && moment.heard.attempt === number ? moment.heard : undefined;
  if (!predictionId && heard?.predictionId)
    return { kind: 'adopt', ...named, predictionId: heard.predictionId };
  const until = startedAt + (predictionId || unconfirmed ? predictionMs : adoptionMs);
  // Whoever is late is asked before it is given up: its callback may be waiting in our own queue. See `collect`.
  if (predictionId && (heard || moment.now >= until)) return { kind: 'collect', ...named, predictionId };
  if (moment.now < until) return { kind: 'await', ...named, predictionId, since: startedAt, until };
  return { kind: 'time-out', ...named, message: 'the provider never confirmed the prediction' };
};
