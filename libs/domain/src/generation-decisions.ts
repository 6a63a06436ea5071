import type { FactOf } from '@zoetrope/contracts/fact';
import {
  GenerationCancelled,
  type GenerationFact,
  GenerationFailed,
  GenerationQueued,
  GenerationRefused,
  MAX_DETAIL,
} from '@zoetrope/contracts/facts/generation';
import type { GenerationDenied, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import type { RegenerateAsked } from '@zoetrope/contracts/parameters';
import { type Ask, type AssetState, behindOf, undecided } from './asset.js';
import { type Decision, nothingNew, record } from './decision.js';
import type { Generation } from './generation.js';
import type { EarlyEnd, Fate } from './generation-fate.js';
import { resolveValues } from './generation-values.js';

/** What is known when quota's outcome for an ask arrives. */
export interface Taking {
  readonly asset: AssetState;
  readonly generation: Generation;
  readonly ask: Ask;
  /** Stream sequence of the ask. */
  readonly requestSeq: number;
}

type Reserved = FactOf<typeof GenerationReserved>['data'];
type Denied = FactOf<typeof GenerationDenied>['data'];

/** Everything that stands on each fact of the generation that `ask` asked for. */
export const baseOf = ({ ask, requestSeq, generation }: Taking) => ({
  assetId: ask.assetId,
  projectId: ask.projectId,
  ownerId: ask.ownerId,
  period: ask.period,
  generation: ask.number,
  requestSeq,
  commandId: ask.commandId,
  latest: generation.latest,
});

const isDecided = ({ queued, ended }: Generation) => queued !== undefined || ended !== undefined;

/**
 * The newest reservation wins: an older one that arrives late ends as superseded, one whose fate is sealed ends so,
 * and any other is queued with its values and names the open generation it ends.
 */
export const takeUp =
  (reserved: Reserved, drawnSeed: number, fate: Fate = goesOn) =>
  (taking: Taking): Decision<GenerationFact> => {
    const { asset, generation, ask, requestSeq } = taking;
    if (isDecided(generation) || !asset.origin) return nothingNew;
    const base = baseOf(taking);
    const reason = whyNot(taking, fate);
    if (reason) return endUntaken(reason)(taking);
    const { src, asked: prepared, defaults } = asset.origin;
    const { plan, model, overage } = reserved;
    const asked = { ...sentBetween(asset, ask.number), ...defined(ask.asked) };
    const current = asset.latest?.resolved;
    const resolved = resolveValues({ asked, prepared, defaults, current, plan, drawnSeed });
    return record(
      GenerationQueued({
        ...base,
        latest: { generation: ask.number, requestSeq },
        resolved,
        ownPrompt: prepared.prompt_override,
        src,
        plan,
        model,
        overage,
        supersedes: runningBefore(taking)?.generation,
        behind: behindOf(asset),
      }),
    );
  };

/** Ends a reserved generation that was never queued. */
export const endUntaken =
  (reason: EarlyEnd) =>
  (taking: Taking): Decision<GenerationFact> =>
    isDecided(taking.generation)
      ? nothingNew
      : record(GenerationCancelled({ ...baseOf(taking), reason, predicted: false }));

/**
 * What earlier accepted requests sent that no queued generation shows, because this one overtook them: they are
 * current all the same. A prompt was for its own regenerate only.
 */
const sentBetween = (asset: AssetState, number: number): RegenerateAsked => {
  const from = asset.latest?.generation ?? 1;
  const passed = [...asset.requests.values()]
    .map(({ ask }) => ask)
    .filter(
      (ask) => ask.number > from && ask.number < number && asset.outcomes.get(ask.number)?.kind !== 'refused',
    )
    .sort((a, b) => a.number - b.number);
  const values = passed.map(({ asked: { motion, mode, dur_seconds, seed } }) =>
    defined({ motion, mode, dur_seconds, seed }),
  );
  return Object.assign({}, ...values);
};

const defined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/**
 * Whether an older ask has no outcome yet while this one is about to be queued: if it is accepted, its values are
 * current, and only a refusal takes them back.
 */
export const isAheadOfItsTurn = (taking: Taking, fate: Fate = goesOn): boolean =>
  !isDecided(taking.generation) &&
  whyNot(taking, fate) === undefined &&
  undecided(taking.asset).some((number) => number < taking.ask.number);

/** The older generation that still runs while this one is taken up. */
export const runningBefore = ({ asset: { latest, outcomes }, ask }: Taking) =>
  latest && latest.generation < ask.number && outcomes.get(latest.generation)?.kind === 'open'
    ? latest
    : undefined;

const goesOn: Fate = { kind: 'goes-on' };

const whyNot = ({ generation, ask }: Taking, fate: Fate): EarlyEnd | undefined => {
  if (fate.kind === 'ends') return fate.reason;
  return (generation.latest?.generation ?? 0) > ask.number ? 'superseded' : undefined;
};

/** Writes quota's refusal on the asset, so that an asset folds from its own subjects. */
export const refuseGeneration =
  (denied: Denied) =>
  (taking: Taking): Decision<GenerationFact> =>
    isDecided(taking.generation)
      ? nothingNew
      : record(GenerationRefused({ ...baseOf(taking), reason: denied.reason }));

/** What stands on each further fact of a queued generation. */
export const runningBase = (state: Generation) => {
  if (!state.queued) throw new Error(`generation ${state.number} was never queued`);
  const { assetId, projectId, ownerId, period, generation, requestSeq, commandId } = state.queued;
  return { assetId, projectId, ownerId, period, generation, requestSeq, commandId, latest: state.latest };
};

/** Ends a generation that is queued and open; too late once its video is stored. */
export const cancelGeneration =
  (reason: EarlyEnd) =>
  (state: Generation): Decision<GenerationFact> =>
    !state.queued || state.ended
      ? nothingNew
      : record(GenerationCancelled({ ...runningBase(state), reason, predicted: state.predicted }));

/** Facts of a generation that a handler gave up on; `why` is for operators. */
export const givenUp = (why: string) =>
  ({
    code: 'pipeline_stalled',
    message: 'given up after repeated faults of our own',
    detail: why.slice(0, MAX_DETAIL),
  }) as const;

/** A handler gave up on the ask before or after it was queued. Releases the reservation. */
export const giveUp =
  (why: string) =>
  (taking: Taking): Decision<GenerationFact> =>
    taking.generation.ended ? nothingNew : record(GenerationFailed({ ...baseOf(taking), ...givenUp(why) }));
