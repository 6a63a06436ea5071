import { decodeFrames } from './ffmpeg.js';
import { probeVideo } from './probe.js';

export interface RawFrames {
  width: number;
  height: number;
  /** 1 for gray, 3 for rgb; each frame has width * height * channels bytes, row by row. */
  channels: 1 | 3;
  frames: Uint8Array[];
}

export interface Motion {
  frames: number;
  /** Mean absolute difference of each frame to the one before it, in gray levels (0 to 255). */
  differences: number[];
  /** Mean of `differences`: how much the clip moves. */
  mean: number;
  /** Median of `differences`: how much it moves most of the time, whatever single jumps there are. */
  median: number;
  /** Difference between the last frame and the first: what a viewer sees when the loop wraps. */
  firstLast: number;
}

/** Decodes every frame of a video file to raw gray or rgb pixels, scaled to `width` if asked (even height). */
export async function rawFrames(
  path: string,
  { pixels = 'gray', width }: { pixels?: 'gray' | 'rgb'; width?: number } = {},
): Promise<RawFrames> {
  const facts = await probeVideo(path);
  const channels = pixels === 'gray' ? 1 : 3;
  const shown = width ?? facts.width;
  const height = width ? Math.max(2, Math.round((facts.height * width) / facts.width / 2) * 2) : facts.height;
  const args = ['-i', path, '-vsync', '0', '-vf', `scale=${shown}:${height}:flags=area`, '-f', 'rawvideo'];
  const frames: Uint8Array[] = [];
  const format = pixels === 'gray' ? 'gray' : 'rgb24';
  for await (const frame of decodeFrames([...args, '-pix_fmt', format, '-'], shown * height * channels)) {
    frames.push(frame);
  }
  return { width: shown, height, channels, frames };
}

/** Mean absolute difference of two equally large frames, in levels (0 to 255). */
export function frameDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length || a.length === 0) throw new RangeError('frames differ in size');
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference < 0 ? -difference : difference;
  }
  return sum / a.length;
}

/** How much a video moves, measured on gray frames; two frames or more are needed. */
export async function measureMotion(path: string, options: { width?: number } = {}): Promise<Motion> {
  const { frames } = await rawFrames(path, options);
  const [first] = frames;
  const last = frames.at(-1);
  if (!first || !last || frames.length < 2) throw new RangeError('motion needs two frames');
  const differences = frames.slice(1).map((frame, i) => frameDifference(frames[i] ?? first, frame));
  const mean = differences.reduce((a, b) => a + b, 0) / differences.length;
  const median = [...differences].sort((a, b) => a - b)[differences.length >> 1] ?? 0;
  return { frames: frames.length, differences, mean, median, firstLast: frameDifference(last, first) };
}
