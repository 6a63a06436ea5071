import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { GenerationRefused } from '@zoetrope/contracts/facts/generation';
import type { DenialReason } from '@zoetrope/contracts/facts/ledger';
import type { ServedVideo } from '@zoetrope/contracts/facts/video';
import { type AssetState, foldAsset, generationInFlight, statusOf } from '@zoetrope/domain/asset';
import type { AssetRow, GenerationRow } from '@zoetrope/projections/rows';

/** How the newest generation ended that ended at all, if without a video. */
export type Ending =
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** `askedAt`: when it was asked for, Unix ms. */
  | { readonly kind: 'refused'; readonly reason: DenialReason; readonly askedAt: number };

/** What the proxy needs to know of an asset to answer for it. */
export interface Present {
  readonly exists: boolean;
  readonly deleted: boolean;
  readonly projectId?: string;
  readonly status: 'pending' | 'ready' | 'failed';
  readonly video?: ServedVideo;
  /** Of the newest generation; set only while `status` is failed. */
  readonly ending?: Ending;
  /** When the generation in flight was asked for, Unix ms. */
  readonly pendingSince?: number;
  /** `X-Zoetrope-Stage` of the good video: how the newest generation stands. */
  readonly stage: 'ready' | 'pending' | 'failed';
}

/** Also after the purge, when this is all that is known. */
export const DELETED: Present = { exists: true, deleted: true, status: 'failed', stage: 'failed' };

export const NO_ASSET: Present = { exists: false, deleted: false, status: 'failed', stage: 'failed' };

/** From the facts of `readPresent`. */
export function presentOf(facts: readonly Recorded[]): Present {
  const state = foldAsset(facts);
  // Whatever was still going on is nobody's business any more, so that the answer can be remembered.
  if (state.deleted) return DELETED;
  if (state.origin === undefined) return NO_ASSET;
  const status = statusOf(state);
  return {
    exists: true,
    deleted: false,
    projectId: state.origin.projectId,
    status,
    video: state.served,
    ending: status === 'failed' ? endingOf(state, facts) : undefined,
    pendingSince: status === 'pending' ? state.requests.get(generationInFlight(state) ?? 0)?.ts : undefined,
    stage: status === 'pending' ? 'pending' : stageOf(state),
  };
}

function stageOf(state: AssetState): 'ready' | 'failed' {
  const latest = state.latest && state.outcomes.get(state.latest.generation);
  return latest?.kind === 'failed' || state.served === undefined ? 'failed' : 'ready';
}

type Refused = Recorded<FactOf<typeof GenerationRefused>>;

/** A refusal changes nothing, so it is the ending only where no generation ever ran. */
function endingOf(state: AssetState, facts: readonly Recorded[]): Ending | undefined {
  const outcome = state.latest && state.outcomes.get(state.latest.generation);
  if (outcome?.kind === 'failed') return outcome;
  if (outcome?.kind === 'cancelled') return CANCELLED;
  const refused = facts.findLast((fact): fact is Refused => GenerationRefused.is(fact));
  if (refused === undefined) return CANCELLED;
  const askedAt = state.requests.get(refused.data.generation)?.ts ?? refused.meta.ts;
  return { kind: 'refused', reason: refused.data.reason, askedAt };
}

const CANCELLED: Ending = { kind: 'failed', code: 'cancelled', message: 'cancelled' };

/** From PostgreSQL's view, while the log cannot be asked. `newest`: the row of the newest generation. */
export function presentOfRow(row: AssetRow, newest?: GenerationRow): Present {
  const failed = newest?.status === 'failed';
  return {
    exists: true,
    deleted: row.deleted,
    projectId: row.project_id,
    status: row.status,
    video: row.video ?? undefined,
    ending: row.status === 'failed' && newest ? endingOfRow(newest) : undefined,
    pendingSince: row.status === 'pending' ? newest?.requested_at : undefined,
    stage: row.status === 'pending' ? 'pending' : failed ? 'failed' : row.status,
  };
}

const endingOfRow = (row: GenerationRow): Ending =>
  row.status === 'refused'
    ? { kind: 'refused', reason: (row.reason ?? 'limit') as DenialReason, askedAt: row.requested_at }
    : { kind: 'failed', code: row.error_code ?? 'cancelled', message: row.error_msg ?? 'cancelled' };
