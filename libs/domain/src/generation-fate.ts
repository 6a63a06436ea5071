import type { AssetState, Request } from './asset.js';

/**
 * Why a generation ends before its time, told from the order of the log alone, so that no race of handlers decides
 * what is charged. It ends for whichever comes first in the asset's `.request` subject: a newer ask that quota
 * accepted (superseded, charged), or a cancel that named it or a newer one (requested, free until its first
 * prediction was recorded). A cancel names the newest generation in flight, so whatever that one had superseded
 * before stays superseded.
 */
export type EarlyEnd = 'superseded' | 'requested' | 'deleted';

export type Fate =
  | { readonly kind: 'goes-on' }
  | { readonly kind: 'ends'; readonly reason: EarlyEnd }
  /** It turns on whether quota accepted this newer ask, which is not known here. */
  | { readonly kind: 'depends-on'; readonly ask: Request };

/**
 * @param asset with every fact of `.request` since the generation was asked for
 * @param accepted what quota said of asks whose outcome is not on the asset yet, by number
 */
export const fateOf = (
  asset: AssetState,
  number: number,
  accepted: ReadonlyMap<number, boolean> = new Map(),
): Fate => {
  const asks = [...asset.requests.values()].filter(({ ask }) => ask.number > number);
  const cancels = asset.cancels.filter(({ generation }) => generation >= number);
  const [cancelledAt = Number.POSITIVE_INFINITY] = cancels.map(({ seq }) => seq).sort((a, b) => a - b);
  const before = asks.filter(({ seq }) => seq < cancelledAt).sort((a, b) => a.seq - b.seq);
  for (const ask of before) {
    const isAccepted = acceptedOnAsset(asset, ask.ask.number) ?? accepted.get(ask.ask.number);
    if (isAccepted === undefined) return { kind: 'depends-on', ask };
    if (isAccepted) return { kind: 'ends', reason: 'superseded' };
  }
  if (cancels.length > 0) return { kind: 'ends', reason: 'requested' };
  return asset.deleted ? { kind: 'ends', reason: 'deleted' } : { kind: 'goes-on' };
};

/** Undefined while its outcome is not on the asset. */
const acceptedOnAsset = (asset: AssetState, number: number): boolean | undefined => {
  const outcome = asset.outcomes.get(number);
  return outcome && outcome.kind !== 'refused';
};

/** Its owner wants it ended, whatever quota still has to say of newer asks. */
export const isToEnd = ({ deleted, cancelledUpTo }: AssetState, number: number): boolean =>
  deleted || number <= cancelledUpTo;

/**
 * Generations that a cancel or deletion may have to end: the newest queued one while it runs, and asks that are not
 * taken up yet, oldest first.
 */
export const endable = (asset: AssetState): number[] => {
  const { latest, outcomes, requests } = asset;
  const open = latest && outcomes.get(latest.generation)?.kind === 'open' ? [latest.generation] : [];
  const waiting = [...requests.keys()].filter(
    (number) => number > (latest?.generation ?? 0) && !outcomes.has(number),
  );
  return [...open, ...waiting].filter((number) => isToEnd(asset, number)).sort((a, b) => a - b);
};
