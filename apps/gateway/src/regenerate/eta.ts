import type { Mode } from '@zoetrope/contracts/parameters';

/** Seconds outside predictions: queue, source, vision, store, purge, announcement. */
const FIXED_SECONDS = 6;
/** Seconds a model takes for one second of video, as hosted models do at 720p. */
const SECONDS_PER_SECOND = 6;

/** About how long a generation takes from its request, in whole seconds: a loop's two stages run one after the other. */
export function etaSeconds(mode: Mode, durSeconds: number): number {
  const stages = mode === 'loop' ? 2 : 1;
  // Each stage of a loop animates half of its length, but models do not go below 2 seconds.
  const perStage = Math.max(2, Math.ceil(durSeconds / stages));
  return FIXED_SECONDS + stages * perStage * SECONDS_PER_SECOND;
}
