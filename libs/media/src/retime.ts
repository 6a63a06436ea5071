/** A moment of a clip, in frames: 2.25 is three quarters of frame 2 and one quarter of frame 3. */
export interface Pick {
  position: number;
}

/** Closer to a whole frame than this, the frame itself is shown: a blend would only soften it. */
const SNAP = 0.02;

function snapped(position: number): number {
  const whole = Math.round(position);
  return Math.abs(position - whole) < SNAP ? whole : position;
}

/**
 * Spreads `total` output frames evenly over clips of the given frame counts laid end to end, where
 * each clip's first frame repeats the last one of the clip before. Frame `total` of the output would be
 * the very last frame of the last clip, so a loop that returns to its start wraps without a repeat.
 */
export function planPicks(frameCounts: number[], total: number): Pick[][] {
  const spans = frameCounts.map((count) => Math.max(0, count - 1));
  const length = spans.reduce((a, b) => a + b, 0);
  const plan: Pick[][] = frameCounts.map(() => []);
  for (let k = 0; k < total; k += 1) {
    let position = (k * length) / total;
    let clip = 0;
    while (clip < spans.length - 1 && position >= (spans[clip] ?? 0)) {
      position -= spans[clip] ?? 0;
      clip += 1;
    }
    plan[clip]?.push({ position: snapped(position) });
  }
  return plan;
}

/**
 * How many frames from its first on each clip shows, where the plan shows them as they are, one after the other;
 * undefined where it blends, repeats or skips any.
 */
export function straightCounts(plan: Pick[][]): number[] | undefined {
  const isStraight = plan.every((picks) => picks.every(({ position }, index) => position === index));
  return isStraight ? plan.map((picks) => picks.length) : undefined;
}

/** Part of the first frame in output frame `index`: rises evenly over the last `seam` frames, never to 1. */
export function seamWeight(index: number, total: number, seam: number): number {
  const into = index - (total - seam);
  return into < 0 ? 0 : (into + 1) / (seam + 1);
}

/** `a * (1 - weight) + b * weight`, byte by byte, rounded; weight 0 to 1. */
export function blend(a: Uint8Array, b: Uint8Array, weight: number): Buffer {
  const out = Buffer.allocUnsafe(a.length);
  const part = Math.round(weight * 256);
  const rest = 256 - part;
  for (let i = 0; i < a.length; i += 1) out[i] = ((a[i] ?? 0) * rest + (b[i] ?? 0) * part + 128) >> 8;
  return out;
}
