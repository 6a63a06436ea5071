import { type AssetState, undecided } from '@zoetrope/domain/asset';

/** `undecided`: quota or pipeline has yet to say what becomes of the newest ask. */
export type Newest =
  | { readonly kind: 'undecided' | 'none' }
  | { readonly kind: 'accepted'; readonly generation: number; readonly requestSeq: number };

/**
 * The generation a new client is told about. A refused ask was never one, and one that was cancelled before it
 * was queued still is: its caller was told 200.
 */
export function newestAccepted(state: AssetState): Newest {
  if (undecided(state).length > 0) return { kind: 'undecided' };
  const generation = [...state.outcomes]
    .filter(([, outcome]) => outcome.kind !== 'refused')
    .reduce((newest, [number]) => Math.max(newest, number), 0);
  const requestSeq =
    state.requests.get(generation)?.seq ??
    (state.latest?.generation === generation ? state.latest.requestSeq : undefined);
  return requestSeq === undefined ? { kind: 'none' } : { kind: 'accepted', generation, requestSeq };
}
