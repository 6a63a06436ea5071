import type { AssetState } from './asset.js';
import { undecided } from './asset.js';

/** What is known when the bytes that generation `upTo` took over from may go. */
export interface Superseded {
  /** The generation being served, from the log's leader. */
  readonly served: number;
  /** It has been served for the grace period, or a newer one has taken over from it since. */
  readonly upTo: number;
  /** Generations that the object store holds something of. */
  readonly found: Iterable<number>;
}

/**
 * Which generations' bytes are removed, oldest first. The served generation only grows, and a stored one is never
 * passed over for a newer one, so none that is older than the served one can be served ever again.
 */
export const collectable = ({ served, upTo, found }: Superseded): number[] =>
  [...new Set(found)].filter((number) => number < Math.min(upTo, served)).sort((a, b) => a - b);

/**
 * Whether something may still be written about a deleted asset, so that a purge has to wait: an ask that quota has
 * not decided, or a generation that nobody has ended yet. A stored one is over, announced or not.
 */
export const isSettling = (asset: AssetState): boolean =>
  undecided(asset).length > 0 || [...asset.outcomes.values()].some(({ kind }) => kind === 'open');
