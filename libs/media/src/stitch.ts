import { checkOutput } from './check.js';
import { DETERMINISTIC, encodeWithFfmpeg, runFfmpeg } from './ffmpeg.js';
import { type Clip, joinedFrames } from './join.js';
import { MediaError } from './media-error.js';
import { probeVideo, type VideoFacts } from './probe.js';
import { outputFrames, planPicks } from './retime.js';
import { encodeArgs } from './stitch-args.js';

export interface NormaliseOptions {
  /** Length of the output, exactly. */
  durationMs: number;
  /** Pixels; odd sides are rounded down to even ones. */
  width: number;
  height: number;
  /** `native`: the last input ends on the first frame; `crossfade`: the last 200 ms blend into it. */
  loop: 'native' | 'crossfade' | 'none';
  signal?: AbortSignal;
}

const even = (side: number) => Math.max(2, Math.floor(side / 2) * 2);

async function decodeLast(path: string, seek: string[], signal?: AbortSignal): Promise<Buffer> {
  const args = [...seek, '-i', path, '-vsync', '0', '-an', '-vf', 'reverse,select=eq(n\\,0)'];
  const png = ['-c:v', 'png', '-compression_level', '1', '-pred', 'up'];
  return runFfmpeg([...args, '-frames:v', '1', ...DETERMINISTIC, '-f', 'image2pipe', ...png, '-'], {
    signal,
  });
}

/**
 * The very last frame of a video as PNG bytes, full size.
 * @throws MediaError `video_unreadable`
 */
export async function lastFrame(path: string, { signal }: { signal?: AbortSignal } = {}): Promise<Buffer> {
  // The tail alone first: reversing a whole clip would hold all its frames in memory.
  const tail = await decodeLast(path, ['-sseof', '-0.5'], signal).catch(() => Buffer.alloc(0));
  if (tail.length > 0) return tail;
  const whole = await decodeLast(path, [], signal).catch((error: unknown) => {
    throw new MediaError('video_unreadable', `no last frame in ${path}`, { cause: error });
  });
  if (whole.length === 0) throw new MediaError('video_unreadable', `no frame in ${path}`);
  return whole;
}

async function readClips(inputs: readonly (string | Clip)[]): Promise<Clip[]> {
  const read = async (path: string) => ({ path, facts: await probeVideo(path) });
  const clips = await Promise.all(inputs.map((input) => (typeof input === 'string' ? read(input) : input)));
  const empty = clips.find((clip) => clip.facts.frames < 1);
  if (!clips.length || empty)
    throw new MediaError('video_unreadable', `no frames in ${empty?.path ?? 'nothing'}`);
  return clips;
}

/**
 * Joins clips into one web-ready MP4 at `output`: H.264 baseline, yuv420p, no audio, fast start, even
 * sides, the exact length. Each clip is stretched to its share, proportional to its own length, and
 * never cut; where one clip starts on the frame that the one before ended on, that frame is shown once.
 * The frame rate follows from the clips (`outputFrames`). Same inputs, same bytes. The result is decoded once and
 * checked against all of that.
 * @param inputs clips; where what they are is known already, they are not probed
 * @throws MediaError `video_unreadable` for a bad input, `ffmpeg_failed`, `video_refused` for a bad result
 */
export async function normalise(
  inputs: readonly (string | Clip)[],
  output: string,
  options: NormaliseOptions,
): Promise<VideoFacts> {
  const { durationMs, loop, signal } = options;
  const size = { width: even(options.width), height: even(options.height) };
  const clips = await readClips(inputs);
  const counts = clips.map((clip) => clip.facts.frames);
  const steps = counts.reduce((sum, count) => sum + count - 1, 0);
  const total = outputFrames(steps, durationMs / 1000);
  const plan = planPicks(counts, total);
  const fps = (total * 1000) / durationMs;
  const frames = joinedFrames({ clips, plan, size, fps, loop, signal });
  await encodeWithFfmpeg(encodeArgs(output, size, { frames: total, durationMs }), frames, { signal });
  return checkOutput(output, { webReady: true, durationMs, size }, { signal });
}
