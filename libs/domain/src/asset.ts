import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import {
  type Anchor,
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
  type RequestFact,
} from '@zoetrope/contracts/facts/request';
import {
  CachesPurged,
  GenerationReady,
  type ServedVideo,
  VideoSwitched,
} from '@zoetrope/contracts/facts/video';
import { type Decision, nothingNew, record, refuse } from './decision.js';

/**
 * One asset, as its facts tell it: what was asked, what became of it, what is served.
 * A fold of the asset's present (see docs/structure.md) gives the same status as a fold of its whole past.
 */

// --- State ---

export type Ask = FactOf<typeof AssetPrepared>['data'] | FactOf<typeof AssetRegenerateRequested>['data'];
type Queued = FactOf<typeof GenerationQueued>['data'];

/** One ask by its number, with its place in the log. */
export interface Request {
  readonly ask: Ask;
  readonly seq: number;
  readonly ts: number;
  readonly requestId?: string;
}

/** What became of a generation so far. `open` and `stored` ones are in flight. */
export type Outcome =
  | { readonly kind: 'open' | 'stored' | 'ready' | 'refused' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'cancelled'; readonly reason: 'superseded' | 'requested' | 'deleted' };

export interface AssetState {
  readonly origin?: FactOf<typeof AssetPrepared>['data'];
  readonly deleted: boolean;
  /** Number of the newest ask; 0 when there is none. */
  readonly lastNumber: number;
  readonly requests: ReadonlyMap<number, Request>;
  /** Commands seen, and the number each one got. */
  readonly commands: ReadonlyMap<string, number>;
  /** A cancel was asked for this generation and every older one. */
  readonly cancelledUpTo: number;
  /** Each cancel: the generation it named and its place in the log. */
  readonly cancels: readonly { readonly generation: number; readonly seq: number }[];
  /** The newest queued generation. */
  readonly latest?: Queued;
  readonly outcomes: ReadonlyMap<number, Outcome>;
  readonly served?: ServedVideo;
  /** Everything stored up to this generation is announced. */
  readonly readyGeneration: number;
}

export const noAsset: AssetState = {
  deleted: false,
  lastNumber: 0,
  requests: new Map(),
  commands: new Map(),
  cancelledUpTo: 0,
  cancels: [],
  outcomes: new Map(),
  readyGeneration: 0,
};

// --- Fold ---

const asked = (state: AssetState, fact: Recorded, ask: Ask): AssetState => ({
  ...state,
  lastNumber: Math.max(state.lastNumber, ask.number),
  requests: new Map(state.requests).set(ask.number, {
    ask,
    seq: fact.meta.seq,
    ts: fact.meta.ts,
    requestId: fact.meta.requestId,
  }),
  commands: new Map(state.commands).set(ask.commandId, ask.number),
});

const became = (state: AssetState, generation: number, outcome: Outcome): AssetState => ({
  ...state,
  outcomes: new Map(state.outcomes).set(generation, outcome),
});

const queued = (state: AssetState, data: Queued): AssetState => {
  const known = state.outcomes.get(data.generation);
  const next = known ? state : became(state, data.generation, { kind: 'open' });
  return (state.latest?.generation ?? 0) < data.generation ? { ...next, latest: data } : next;
};

const announced = (state: AssetState, video: ServedVideo): AssetState => ({
  ...became(state, video.generation, { kind: 'ready' }),
  served: newerVideo(state, video),
  readyGeneration: Math.max(state.readyGeneration, video.generation),
});

/** Announcements come in the order of generations: whatever is stored and older than a served one was announced. */
const switched = (state: AssetState, video: ServedVideo): AssetState => ({
  ...state,
  served: newerVideo(state, video),
  readyGeneration: Math.max(state.readyGeneration, video.generation - 1),
});

const newerVideo = (state: AssetState, video: ServedVideo): ServedVideo =>
  state.served && state.served.generation > video.generation ? state.served : video;

/** Applies one recorded fact; facts that say nothing about an asset's present leave it as it is. */
export const evolve = (state: AssetState, fact: Recorded): AssetState => {
  if (AssetPrepared.is(fact)) return asked({ ...state, origin: fact.data }, fact, fact.data);
  if (AssetRegenerateRequested.is(fact)) return asked(state, fact, fact.data);
  if (GenerationCancelRequested.is(fact)) {
    return {
      ...state,
      lastNumber: Math.max(state.lastNumber, fact.data.number),
      commands: new Map(state.commands).set(fact.data.commandId, fact.data.generation),
      cancelledUpTo: Math.max(state.cancelledUpTo, fact.data.generation),
      cancels: [...state.cancels, { generation: fact.data.generation, seq: fact.meta.seq }],
    };
  }
  if (AssetDeleted.is(fact)) return { ...state, deleted: true };
  if (GenerationQueued.is(fact)) return queued(state, fact.data);
  if (GenerationRefused.is(fact)) return became(state, fact.data.generation, { kind: 'refused' });
  if (Mp4Stored.is(fact)) return became(state, fact.data.generation, { kind: 'stored' });
  if (GenerationFailed.is(fact)) {
    const { generation, code, message } = fact.data;
    return became(state, generation, { kind: 'failed', code, message });
  }
  if (GenerationCancelled.is(fact)) {
    return became(state, fact.data.generation, { kind: 'cancelled', reason: fact.data.reason });
  }
  if (VideoSwitched.is(fact)) return switched(state, fact.data);
  if (CachesPurged.is(fact))
    return fact.data.announced ? announced(state, fact.data) : switched(state, fact.data);
  if (GenerationReady.is(fact)) return announced(state, fact.data);
  return state;
};

/** Folds facts in the order of the log. */
export const foldAsset = (facts: readonly Recorded[]): AssetState => facts.reduce(evolve, noAsset);

// --- Query ---

/** Numbers asked for after the newest queued one, not yet taken up or refused. */
export const undecided = (state: AssetState): number[] => {
  const newestQueued = state.latest?.generation ?? 0;
  return [...state.requests.keys()]
    .filter((number) => number > newestQueued && !state.outcomes.has(number))
    .sort((a, b) => a - b);
};

/** Queued generations that are neither ended nor announced, oldest first. */
const open = (state: AssetState): number[] =>
  [...state.outcomes]
    .filter(
      ([number, outcome]) =>
        outcome.kind === 'open' || (outcome.kind === 'stored' && number > state.readyGeneration),
    )
    .map(([number]) => number)
    .sort((a, b) => a - b);

/** The generation in flight: the newest undecided ask, else the newest queued one that is neither ended nor announced. */
export const generationInFlight = (state: AssetState): number | undefined =>
  undecided(state).at(-1) ?? open(state).at(-1);

/** `pending` while a generation is in flight, else `ready` if there is a good video, else `failed` (PRODUCT 3.3). */
export const statusOf = (state: AssetState): 'pending' | 'ready' | 'failed' => {
  if (generationInFlight(state) !== undefined) return 'pending';
  return state.served ? 'ready' : 'failed';
};

/** Where the newest queued generation's facts begin; carried on every fact of the pipeline. */
export const anchorOf = (state: AssetState): Anchor | null =>
  state.latest ? { generation: state.latest.generation, requestSeq: state.latest.requestSeq } : null;

/** The oldest generation in flight that was queued, for the one that is about to be queued after it. */
export const behindOf = (state: AssetState): Anchor | undefined => {
  const [generation] = open(state);
  const requestSeq = generation === undefined ? undefined : state.requests.get(generation)?.seq;
  return generation === undefined || requestSeq === undefined ? undefined : { generation, requestSeq };
};

// --- Decide ---

export type PrepareCommand = FactOf<typeof AssetPrepared>['data'];
export type RegenerateCommand = Omit<FactOf<typeof AssetRegenerateRequested>['data'], 'number'>;
export type CancelCommand = Pick<FactOf<typeof GenerationCancelRequested>['data'], 'commandId'>;
export type DeleteCommand = CancelCommand;

/** Names the asset and asks for its first generation; one that exists, or was deleted, is left as it is. */
export const prepare =
  (command: PrepareCommand) =>
  (asset: AssetState): Decision<RequestFact> =>
    asset.origin || asset.deleted ? nothingNew : record(AssetPrepared(command));

/** Asks for one more generation under the next number. */
export const regenerate =
  (command: RegenerateCommand) =>
  (asset: AssetState): Decision<RequestFact, 'not found'> => {
    if (!asset.origin || asset.deleted) return refuse('not found');
    if (asset.commands.has(command.commandId)) return nothingNew;
    return record(AssetRegenerateRequested({ ...command, number: asset.lastNumber + 1 }));
  };

/** Ends what is in flight, unless its video is already stored or nothing runs. */
export const cancel =
  (command: CancelCommand) =>
  (asset: AssetState): Decision<RequestFact, 'not found'> => {
    if (!asset.origin || asset.deleted) return refuse('not found');
    const generation = generationInFlight(asset);
    if (generation === undefined || generation <= asset.cancelledUpTo) return nothingNew;
    if (asset.outcomes.get(generation)?.kind === 'stored') return nothingNew;
    const { assetId, projectId, ownerId } = asset.origin;
    return record(
      GenerationCancelRequested({
        assetId,
        projectId,
        ownerId,
        ...command,
        generation,
        number: asset.lastNumber,
      }),
    );
  };

/** Takes the asset away from its users, whatever is in flight. Deleted stays deleted, also once it is purged. */
export const deleteAsset =
  (command: DeleteCommand) =>
  (asset: AssetState): Decision<RequestFact, 'not found'> => {
    if (asset.deleted) return nothingNew;
    if (!asset.origin) return refuse('not found');
    const { assetId, projectId, ownerId } = asset.origin;
    return record(AssetDeleted({ assetId, projectId, ownerId, ...command, number: asset.lastNumber }));
  };
