import type { Motion } from './frames.js';

/** How a loop closes, and by how many median steps its wrap may jump. */
export const SEAM_LIMIT = { native: 1, crossfade: 2 } as const;

/** Levels. A still picture encoded with our settings flickers by less than a third of this (seam.int.spec). */
export const LEAST_MOTION = 0.6;
/** Parts of the median step: below, the wrap is a frame shown twice, which a viewer sees as a stutter. */
const FREEZE = 0.1;

/**
 * What is wrong with the loop that a video makes, in words; empty when nothing. The seam is the mean absolute
 * difference of luma between the last frame and the first, as decoded; it is held against the median difference of
 * neighbouring frames inside the clip. A clip that hardly moves fails, since any seam would be smooth in it.
 */
export function seamFaults({ median, firstLast }: Motion, closing: keyof typeof SEAM_LIMIT): string[] {
  const limit = SEAM_LIMIT[closing] * median;
  const [seam, step] = [firstLast.toFixed(2), median.toFixed(2)];
  return [
    ...(median < LEAST_MOTION ? [`it hardly moves: ${step} levels from frame to frame`] : []),
    ...(firstLast > limit ? [`its wrap jumps: ${seam} levels for a median step of ${step}`] : []),
    ...(firstLast < FREEZE * median ? [`its wrap stands still: ${seam} levels for a median of ${step}`] : []),
  ];
}
