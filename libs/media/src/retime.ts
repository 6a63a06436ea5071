/** A moment of a clip, in frames: 2.5 is halfway between frames 2 and 3. */
export interface Pick {
  position: number;
}

/** What cinema and the models use; the nearer to it, the fewer bytes for the same smoothness. */
const USUAL_FPS = 24;
/** Below, single pictures begin to be seen; above, more of them are not. */
const SLOWEST_FPS = 15;
const FASTEST_FPS = 48;
const LONGEST_STRIDE = 16;

const farFromUsual = (fps: number) => Math.abs(Math.log(fps / USUAL_FPS));

/**
 * How many frames an output of `seconds` has whose clips hold `steps` steps from frame to frame. The rate follows the
 * clips, not the other way round: showing every frame, or every second or third, as it is keeps motion even and every
 * frame sharp, where blending in between would pulse between sharp and soft. Of the rates that allow it the one nearest
 * to 24 is taken; clips too slow for any are doubled, and of those too fast the nearest frame is shown.
 */
export function outputFrames(steps: number, seconds: number): number {
  if (steps < 1) return Math.max(1, Math.round(seconds * USUAL_FPS));
  const strides = Array.from({ length: LONGEST_STRIDE }, (_, i) => i + 1).filter((s) => steps % s === 0);
  const counts = [2 * steps, ...strides.map((stride) => steps / stride)];
  const fitting = counts.filter((n) => n >= SLOWEST_FPS * seconds && n <= FASTEST_FPS * seconds);
  // A clip is doubled only when nothing in it would be fast enough as it is.
  const asTheyAre = fitting.filter((n) => n <= steps);
  const [best] = (asTheyAre.length > 0 ? asTheyAre : fitting).sort(
    (a, b) => farFromUsual(a / seconds) - farFromUsual(b / seconds),
  );
  return best ?? Math.round(seconds * USUAL_FPS);
}

/**
 * Spreads `total` output frames evenly over clips of the given frame counts laid end to end, where
 * each clip's first frame repeats the last one of the clip before. Frame `total` of the output would be
 * the very last frame of the last clip, so a loop that returns to its start wraps without a repeat.
 * Whole frames wherever there are enough of them.
 */
export function planPicks(frameCounts: number[], total: number): Pick[][] {
  const spans = frameCounts.map((count) => Math.max(0, count - 1));
  const length = spans.reduce((a, b) => a + b, 0);
  const plan: Pick[][] = frameCounts.map(() => []);
  for (let k = 0; k < total; k += 1) {
    const exact = (k * length) / total;
    let position = total <= length ? Math.round(exact) : exact;
    let clip = 0;
    while (clip < spans.length - 1 && position >= (spans[clip] ?? 0)) {
      position -= spans[clip] ?? 0;
      clip += 1;
    }
    plan[clip]?.push({ position });
  }
  return plan;
}

/** 0 to 1 with rest at both ends. */
const smooth = (t: number) => t * t * (3 - 2 * t);

/** Weight of the target in frame `index` of `count` frames that lead to it: rises softly, never to 1. */
export const rampWeight = (index: number, count: number): number => smooth((index + 1) / (count + 1));

/** `a * (1 - weight) + b * weight`, byte by byte, rounded; weight 0 to 1. */
export function blend(a: Uint8Array, b: Uint8Array, weight: number): Buffer {
  const out = Buffer.allocUnsafe(a.length);
  const part = Math.round(weight * 256);
  const rest = 256 - part;
  for (let i = 0; i < a.length; i += 1) out[i] = ((a[i] ?? 0) * rest + (b[i] ?? 0) * part + 128) >> 8;
  return out;
}

/** `frame + (to - from) * weight`, byte by byte, rounded and clamped; weight 0 to 1. */
export function shifted(frame: Uint8Array, from: Uint8Array, to: Uint8Array, weight: number): Buffer {
  const out = new Uint8ClampedArray(frame.length);
  const part = Math.round(weight * 256);
  for (let i = 0; i < frame.length; i += 1) {
    out[i] = (frame[i] ?? 0) + ((((to[i] ?? 0) - (from[i] ?? 0)) * part + 128) >> 8);
  }
  return Buffer.from(out.buffer);
}
