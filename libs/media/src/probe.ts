import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeWithFfprobe, type RunOptions, runFfprobe } from './ffmpeg.js';
import { MediaError } from './media-error.js';
import { isFastStart, topLevelBoxes } from './mp4-boxes.js';
import { withTempFolder } from './temp.js';

export interface VideoFacts {
  /** As ffprobe names them: `h264`, `Constrained Baseline`, `yuv420p`. */
  codec: string;
  profile: string;
  pixFmt: string;
  width: number;
  height: number;
  durationMs: number;
  frames: number;
  /** Frames per second, mean over the stream. */
  fps: number;
  hasAudio: boolean;
  /** Streams of any kind: sound, subtitles and data count too. */
  streams: number;
  /** The frame as it lies in the file is the frame that is shown: square pixels, no rotation flag. */
  upright: boolean;
  /** The index comes before the data, so it plays while it loads. */
  fastStart: boolean;
  bytes: number;
}

const streamSchema = z.object({
  codec_type: z.string(),
  codec_name: z.string().default('unknown'),
  profile: z.string().default('unknown'),
  pix_fmt: z.string().default('unknown'),
  width: z.number().default(0),
  height: z.number().default(0),
  avg_frame_rate: z.string().default('0/0'),
  sample_aspect_ratio: z.string().default('1:1'),
  side_data_list: z.array(z.object({ rotation: z.number().default(0) })).default([]),
  nb_frames: z.coerce.number().optional(),
  nb_read_frames: z.coerce.number().optional(),
  duration: z.coerce.number().optional(),
});
const answerSchema = z.object({
  streams: z.array(streamSchema).default([]),
  format: z.object({ duration: z.coerce.number().optional() }).default({}),
});
type Stream = z.infer<typeof streamSchema>;
type Answer = z.infer<typeof answerSchema>;

type Run = (args: string[]) => Promise<Buffer>;

async function ask(path: string, extra: string[] = [], run: Run = runFfprobe) {
  try {
    const out = await run(['-show_streams', '-show_format', '-of', 'json', ...extra, '-i', path]);
    return answerSchema.parse(JSON.parse(out.toString('utf8')));
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    if (error instanceof MediaError && error.code === 'ffmpeg_missing') throw error;
    throw new MediaError('video_unreadable', `not a readable video: ${path}`, { cause: error });
  }
}

const videoOf = (streams: Stream[]) => streams.find((stream) => stream.codec_type === 'video');

/** MP4 states its frame count; containers that do not are decoded once and counted. */
async function countFrames(path: string, stream: Stream): Promise<number> {
  if (stream.nb_frames !== undefined) return stream.nb_frames;
  const counted = await ask(path, ['-count_frames', '-select_streams', 'v:0']);
  return videoOf(counted.streams)?.nb_read_frames ?? 0;
}

function rate(fraction: string): number {
  const [above = 0, below = 0] = fraction.split('/').map(Number);
  return below === 0 ? 0 : above / below;
}

const isUpright = ({ sample_aspect_ratio: aspect, side_data_list: sideData }: Stream): boolean =>
  ['1:1', '0:1'].includes(aspect) && sideData.every(({ rotation }) => rotation === 0);

async function factsOf(path: string, { streams, format }: Answer): Promise<VideoFacts> {
  const stream = videoOf(streams);
  if (!stream) throw new MediaError('video_unreadable', `no video stream in ${path}`);
  return {
    codec: stream.codec_name,
    profile: stream.profile,
    pixFmt: stream.pix_fmt,
    width: stream.width,
    height: stream.height,
    durationMs: Math.round((stream.duration ?? format.duration ?? 0) * 1000),
    frames: await countFrames(path, stream),
    fps: rate(stream.avg_frame_rate),
    streams: streams.length,
    upright: isUpright(stream),
    hasAudio: streams.some((each) => each.codec_type === 'audio'),
    fastStart: isFastStart(await topLevelBoxes(path)),
    bytes: (await stat(path)).size,
  };
}

/**
 * Reads the facts of a video file (path) or of a video in memory (bytes).
 * @throws MediaError `video_unreadable` when it is no video
 */
export function probeVideo(source: string | Uint8Array): Promise<VideoFacts> {
  const probeFile = async (path: string) => factsOf(path, await ask(path));
  if (typeof source === 'string') return probeFile(source);
  return withTempFolder(async (folder) => {
    const path = join(folder, 'video.mp4');
    await writeFile(path, source);
    return probeFile(path);
  });
}

/** What a video says of itself, and what is in it. */
export interface Decoded {
  readonly video: VideoFacts;
  /** Frames that decode without an error; undefined where the container does not say how many there should be. */
  readonly decoded: number | undefined;
  /** Parts of frames were made up by the decoder. */
  readonly concealed: boolean;
}

/**
 * Reads the facts of a video file and decodes every frame of it, in one start: a start of ffmpeg costs 0.1 s of processor
 * time, which is more than most clips take to decode. A frame that is damaged is not counted.
 * @throws MediaError `video_unreadable` when it is no video
 */
export async function decodeVideo(path: string, { signal }: RunOptions = {}): Promise<Decoded> {
  let concealed = false;
  const strictly = ['-err_detect', 'explode', '-count_frames'];
  const answer = await ask(path, strictly, async (args) => {
    const run = await decodeWithFfprobe(args, { signal });
    concealed = run.concealed;
    return run.stdout;
  });
  const stream = videoOf(answer.streams);
  const decoded = stream?.nb_frames === undefined ? undefined : (stream.nb_read_frames ?? 0);
  return { video: await factsOf(path, answer), decoded, concealed };
}
