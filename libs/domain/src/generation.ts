import type { ErrorCode } from '@zoetrope/contracts/error-codes';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import type {
  Anchor,
  GenerationFact,
  GenerationQueued,
  Mp4Stored,
  SourceFetched,
  Stage,
} from '@zoetrope/contracts/facts/generation';

/** One generation of an asset, folded from the `.generation` subject beginning at its request's sequence. */
export interface Generation {
  readonly number: number;
  /** Sequence of the last fact folded, of whichever generation: what an append may expect. */
  readonly seq: number;
  /** The newest queued generation of the asset as the last fact knew it. */
  readonly latest: Anchor | null;
  readonly queued?: FactOf<typeof GenerationQueued>['data'];
  /** Correlation of the request that asked for it, carried on by all of its facts. */
  readonly requestId?: string;
  readonly traceparent?: string;
  readonly source?: FactOf<typeof SourceFetched>['data'];
  readonly prompt?: string;
  readonly attempts: Readonly<Partial<Record<Stage, Attempt>>>;
  /** A prediction was recorded, so a cancel is charged from here on. */
  readonly predicted: boolean;
  readonly ended?: 'refused' | 'stored' | 'failed' | 'cancelled';
  readonly stored?: FactOf<typeof Mp4Stored>['data'];
  /** Unix ms of its own last fact, for the stall clock. */
  readonly lastTs: number;
}

/** The newest attempt of a stage; older ones have nothing more to say. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly predictionId?: string;
  /** The provider was asked for a prediction and its answer was lost. */
  readonly unconfirmed?: true;
  readonly output?: { readonly key: string; readonly sha256: string; readonly bytes: number };
  /** A stage without an object (vision) is over. */
  readonly completed?: true;
  readonly failure?: Failure;
  /** Unix ms; the next attempt was announced for then. */
  readonly retryAt?: number;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly transient: boolean;
  /** The provider asked to be left alone for so many ms. */
  readonly retryAfterMs?: number;
}

export const unheardOf = (number: number): Generation => ({
  number,
  seq: 0,
  latest: null,
  attempts: {},
  predicted: false,
  lastTs: 0,
});

/**
 * Folds facts of one asset's `.generation` subject into generation `number`. Facts of other generations count
 * only for `seq` and `latest`; a fact at or below `seq` was folded before and changes nothing.
 */
export const foldGeneration = (
  number: number,
  facts: Iterable<Recorded<GenerationFact>>,
  from: Generation = unheardOf(number),
): Generation => {
  let state = from;
  for (const fact of facts) state = evolve(state, fact);
  return state;
};

export const evolve = (state: Generation, fact: Recorded<GenerationFact>): Generation => {
  if (fact.meta.seq <= state.seq) return state;
  const seen = { ...state, seq: fact.meta.seq, latest: newer(state.latest, fact.data.latest) };
  if (fact.data.generation !== state.number) return seen;
  return { ...seen, ...changed(seen, fact), lastTs: fact.meta.ts };
};

const newer = (known: Anchor | null, told: Anchor | null): Anchor | null =>
  told && (!known || told.generation > known.generation) ? told : known;

/** After the end nothing changes any more, whatever late work still reports. */
const changed = (state: Generation, fact: Recorded<GenerationFact>): Partial<Generation> => {
  if (state.ended) return {};
  switch (fact.type) {
    case 'GenerationQueued':
      return { queued: fact.data, requestId: fact.meta.requestId, traceparent: fact.meta.traceparent };
    case 'SourceFetched':
      return { source: fact.data };
    case 'PredictionCreated':
      return {
        ...attempted(state, fact.data.stage, fact.data.attempt, { predictionId: fact.data.predictionId }),
        predicted: true,
      };
    case 'GenerationRefused':
      return { ended: 'refused' };
    case 'Mp4Stored':
      return { ended: 'stored', stored: fact.data };
    case 'GenerationFailed':
      return { ended: 'failed' };
    case 'GenerationCancelled':
      return { ended: 'cancelled' };
    default:
      return stageChanged(state, fact);
  }
};

type StageFact = Exclude<
  Recorded<GenerationFact>,
  {
    type:
      | 'GenerationQueued'
      | 'SourceFetched'
      | 'PredictionCreated'
      | 'GenerationRefused'
      | 'Mp4Stored'
      | 'GenerationFailed'
      | 'GenerationCancelled';
  }
>;

const stageChanged = (state: Generation, fact: StageFact): Partial<Generation> => {
  switch (fact.type) {
    case 'VisionStarted':
      return begun(state, 'vision', fact.data.attempt, fact.meta.ts);
    case 'StageStarted':
      return begun(state, fact.data.stage, fact.data.attempt, fact.meta.ts);
    case 'VisionCompleted': {
      const { prompt, attempt } = fact.data;
      // An override is taken over without a VisionStarted before it.
      const base = state.attempts.vision
        ? state
        : { ...state, ...begun(state, 'vision', attempt, fact.meta.ts) };
      return { ...attempted(base, 'vision', attempt, { completed: true }), prompt };
    }
    case 'StageCompleted': {
      const { key, sha256, bytes } = fact.data;
      return attempted(state, fact.data.stage, fact.data.attempt, {
        output: { key, sha256, bytes },
        completed: true,
      });
    }
    case 'PredictionUnconfirmed':
      return attempted(state, fact.data.stage, fact.data.attempt, { unconfirmed: true });
    case 'VisionFailed':
      return failed(state, 'vision', fact);
    case 'StageFailed':
      return failed(state, fact.data.stage, fact);
    case 'RetryScheduled':
      return attempted(state, fact.data.stage, fact.data.attempt - 1, { retryAt: fact.data.at });
  }
};

const begun = (state: Generation, stage: Stage, number: number, startedAt: number): Partial<Generation> =>
  number > (state.attempts[stage]?.number ?? 0)
    ? { attempts: { ...state.attempts, [stage]: { number, startedAt } } }
    : {};

/** What an older attempt still says is late and changes nothing; neither does an end after an end. */
const attempted = (
  state: Generation,
  stage: Stage,
  number: number,
  change: Partial<Attempt>,
): Partial<Generation> => {
  const attempt = state.attempts[stage];
  if (attempt?.number !== number || attempt.completed) return {};
  return { attempts: { ...state.attempts, [stage]: { ...attempt, ...change } } };
};

const failed = (
  state: Generation,
  stage: Stage,
  fact: Extract<StageFact, { type: 'VisionFailed' | 'StageFailed' }>,
): Partial<Generation> => {
  const { attempt, code, message, transient, retryAfterMs } = fact.data;
  // Storing has no StageStarted of its own: its failure alone tells of the attempt.
  const base = { ...state, ...begun(state, stage, attempt, fact.meta.ts) };
  return attempted(base, stage, attempt, { failure: { code, message, transient, retryAfterMs } });
};

/** The prediction that may still be running at the provider for this generation, ended or not. */
export const openPrediction = (state: Generation): string | undefined =>
  Object.values(state.attempts).find((a) => a.predictionId && !a.completed && !a.failure)?.predictionId;
