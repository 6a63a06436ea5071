import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOptions, runFfmpeg } from './ffmpeg.js';
import { MediaError } from './media-error.js';
import { decodeVideo, type VideoFacts } from './probe.js';
import { withTempFolder } from './temp.js';

/** What a video must be. What is left out is not looked at. */
export interface Expected {
  /** Everything PRODUCT 5 says of what we publish: H.264 Constrained Baseline, yuv420p, silent, fast start, even. */
  webReady?: boolean;
  /** Length in ms; `toleranceMs` (one frame of the video itself, unless told) on either side. */
  durationMs?: number;
  toleranceMs?: number;
  /** Exact size in pixels. */
  size?: { width: number; height: number };
  /** Any size of this shape: width / height may differ by a tenth, since models round sides to their own grid. */
  shape?: { width: number; height: number };
  /** Frames at least; 2 unless told, since one frame is a picture. */
  minFrames?: number;
}

const SHAPE_TOLERANCE = 0.1;
/** ISO/IEC 14496-12 times are in ticks of a track's own scale: a length may be off by less than a ms. */
const ROUNDING_MS = 1;

type Promises = readonly (readonly [kept: boolean, otherwise: string])[];

const formatOf = (video: VideoFacts): Promises => [
  [
    video.codec === 'h264' && video.profile === 'Constrained Baseline',
    `codec ${video.codec} ${video.profile}`,
  ],
  [video.pixFmt === 'yuv420p', `pixel format ${video.pixFmt}`],
  [!video.hasAudio, 'an audio track'],
  [video.hasAudio || video.streams === 1, `${video.streams} streams`],
  [video.fastStart, 'its index at the end'],
  [video.width % 2 === 0 && video.height % 2 === 0, `sides ${video.width}x${video.height}`],
  [video.upright, 'pixels that are not square or a rotation flag'],
];

function lengthOf(video: VideoFacts, { durationMs, toleranceMs, minFrames = 2 }: Expected): Promises {
  const frameMs = video.fps > 0 ? 1000 / video.fps : 0;
  const off = Math.abs(video.durationMs - (durationMs ?? video.durationMs));
  return [
    [video.frames >= minFrames, `${video.frames} frames`],
    [off <= (toleranceMs ?? frameMs) + ROUNDING_MS, `${video.durationMs} ms for ${durationMs} ms`],
  ];
}

function sidesOf({ width, height }: VideoFacts, { size, shape }: Expected): Promises {
  const fits = !size || (size.width === width && size.height === height);
  const ratio = shape ? (width * shape.height) / (height * shape.width) : 1;
  const shaped = Math.abs(Math.log(ratio)) <= Math.log(1 + SHAPE_TOLERANCE);
  return [
    [fits, `${width}x${height} pixels for ${size?.width}x${size?.height}`],
    [shaped, `${width}x${height} pixels for the shape of ${shape?.width}x${shape?.height}`],
  ];
}

/** What of `expected` the facts of a video break, in words that finish "the video has …"; empty when nothing. */
export function brokenPromises(video: VideoFacts, expected: Expected): string[] {
  const format = expected.webReady ? formatOf(video) : [];
  const promises = [...format, ...lengthOf(video, expected), ...sidesOf(video, expected)];
  return promises.filter(([kept]) => !kept).map(([, otherwise]) => otherwise);
}

/** For containers without an index, whose frames can only be told from damage by stopping at the first error. */
async function decodedFrames(path: string, options: RunOptions): Promise<number> {
  const decoding = ['-xerror', '-err_detect', 'explode', '-i', path, '-map', '0:v:0', '-vsync', '0'];
  const counting = ['-f', 'framecrc', '-'];
  try {
    const lines = (await runFfmpeg([...decoding, ...counting], options)).toString('latin1').split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  } catch (error) {
    if (!(error instanceof MediaError) || error.code === 'ffmpeg_missing') throw error;
    throw new MediaError('video_unreadable', `the video does not decode: ${path}`, { cause: error });
  }
}

async function checkFile(path: string, expected: Expected, options: RunOptions): Promise<VideoFacts> {
  const { video, decoded, concealed } = await decodeVideo(path, options);
  const broken = brokenPromises(video, expected);
  if (broken.length > 0) throw new MediaError('video_refused', `the video has ${broken.join(', ')}`);
  // A header proves nothing about the data behind it.
  const whole = decoded ?? (await decodedFrames(path, options));
  if (concealed || whole !== video.frames) {
    throw new MediaError('video_unreadable', `the video does not decode: ${whole} of ${video.frames} frames`);
  }
  return video;
}

/**
 * The one check of a video, for what a provider gave and for what we publish: decodes all of it and compares it with
 * what it must be. Its message is fit for a caller's error text (`i2v_failed`, `merge_failed`); it names no path.
 * @param source path of a file, or the bytes of one
 * @throws MediaError `video_unreadable` when it is no video or does not decode to its end; `video_refused` with every
 *   broken promise otherwise; `ffmpeg_missing`
 */
export function checkOutput(
  source: string | Uint8Array,
  expected: Expected,
  options: RunOptions = {},
): Promise<VideoFacts> {
  if (typeof source === 'string') return checkFile(source, expected, options);
  return withTempFolder(async (folder) => {
    const path = join(folder, 'video.mp4');
    await writeFile(path, source);
    return checkFile(path, expected, options);
  });
}
