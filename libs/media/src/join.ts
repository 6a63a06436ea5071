import { decodeFrames } from './ffmpeg.js';
import { frameDifference } from './frames.js';
import type { VideoFacts } from './probe.js';
import { blend, type Pick, rampWeight, shifted } from './retime.js';
import { decodeArgs, type Size } from './stitch-args.js';

export interface Clip {
  path: string;
  facts: VideoFacts;
}

/** How the joined clips are to be shown. */
export interface Joining {
  clips: Clip[];
  /** For each clip the frames to show. */
  plan: Pick[][];
  size: Size;
  /** Frames per second of the output. */
  fps: number;
  loop: 'native' | 'crossfade' | 'none';
  signal?: AbortSignal;
}

const CROSSFADE_MS = 200;
/** Over this long a clip's end takes on the look of the frame that follows it. */
const EASE_MS = 400;
/** Mean difference, in levels, from which two frames no longer show the same thing: then they are crossfaded. */
const ANOTHER_VIEW = 14;

const frameBytes = ({ width, height }: Size) => (width * height * 3) / 2;

/** The frames that the picks of one clip name; a pick between two frames is their weighted mean. */
async function* pickFrames({ path }: Clip, picks: Pick[], size: Size, signal?: AbortSignal) {
  let previous: Buffer | undefined;
  let index = -1;
  let next = 0;
  for await (const frame of decodeFrames(decodeArgs(path, size), frameBytes(size), { signal })) {
    index += 1;
    for (let pick = picks[next]; pick && pick.position <= index; pick = picks[++next]) {
      const back = index - pick.position;
      yield previous && back > 0 ? blend(frame, previous, back) : frame;
    }
    if (next >= picks.length) return;
    previous = frame;
  }
  // A container may promise more frames than it holds; the last one stands in, so the length stays exact.
  for (; previous && next < picks.length; next += 1) yield previous;
}

async function firstFrame({ path }: Clip, size: Size, signal?: AbortSignal): Promise<Buffer | undefined> {
  for await (const frame of decodeFrames(decodeArgs(path, size), frameBytes(size), { signal })) return frame;
  return undefined;
}

/**
 * One clip up to, and without, its last frame, which the next clip shows. The two are the same picture made twice, so
 * they differ by what each encoder lost and by a model's drift in colour. That difference is a visible step at a
 * moment of rest; here it comes on gradually over the clip's last frames.
 */
async function* easedInto(frames: AsyncIterable<Buffer>, following: Buffer, count: number) {
  const held: Buffer[] = [];
  for await (const frame of frames) {
    held.push(frame);
    if (held.length > count + 1) yield held.shift() as Buffer;
  }
  const end = held.pop();
  if (!end) return;
  const sameView = frameDifference(end, following) < ANOTHER_VIEW;
  for (const [i, frame] of held.entries()) {
    const weight = rampWeight(i, held.length);
    yield sameView ? shifted(frame, end, following, weight) : blend(frame, following, weight);
  }
}

/** Blends the last frames of all into the first one. */
async function* crossfaded(frames: AsyncIterable<Buffer>, total: number, count: number) {
  let first: Buffer | undefined;
  let index = 0;
  for await (const frame of frames) {
    first ??= frame;
    const into = index - (total - count);
    yield into < 0 ? frame : blend(frame, first, rampWeight(into, count));
    index += 1;
  }
}

async function* easedClips({ clips, plan, size, fps, loop, signal }: Joining) {
  const count = Math.round((EASE_MS * fps) / 1000);
  for (const [i, clip] of clips.entries()) {
    const next = clips[i + 1] ?? (loop === 'native' ? clips[0] : undefined);
    const following = next && (await firstFrame(next, size, signal));
    const picks = plan[i] ?? [];
    const end = { position: Math.max(0, clip.facts.frames - 1) };
    if (following) yield* easedInto(pickFrames(clip, [...picks, end], size, signal), following, count);
    else yield* pickFrames(clip, picks, size, signal);
  }
}

/** Every frame of the output, as raw yuv420p of `size`, in order. */
export function joinedFrames(joining: Joining): AsyncGenerator<Buffer> {
  const frames = easedClips(joining);
  if (joining.loop !== 'crossfade') return frames;
  const total = joining.plan.reduce((sum, picks) => sum + picks.length, 0);
  return crossfaded(frames, total, Math.round((CROSSFADE_MS * joining.fps) / 1000));
}
