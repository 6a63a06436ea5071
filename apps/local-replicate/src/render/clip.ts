import { DETERMINISTIC, encodeWithFfmpeg } from '@zoetrope/media/ffmpeg';
import { directionFor } from './direction.js';
import { filmShot } from './shot.js';
import { imageSize, loadSource, type Size } from './source-planes.js';

/** Everything that decides a clip's pixels. */
export interface ClipOrder {
  image: Uint8Array;
  lastImage?: Uint8Array;
  prompt: string;
  seed: number;
  frames: number;
  /** Frames per second. */
  fps: number;
  /** Upper bound of width x height; a smaller image is never enlarged. */
  maxPixels: number;
  cameraFixed: boolean;
  /** A silent sound track, where the model would deliver sound. */
  audio: boolean;
}

/** The image's shape within the model's number of pixels, both sides even. */
export function clipSize(image: Size, maxPixels: number): Size {
  const shrink = Math.min(1, Math.sqrt(maxPixels / (image.width * image.height)));
  const even = (side: number) => Math.max(16, Math.round((side * shrink) / 2) * 2);
  return { width: even(image.width), height: even(image.height) };
}

/** x264's bytes depend on its thread count: fixed, so that a seed means the same on every machine. */
const THREADS = '2';

function encoderArgs(order: ClipOrder, { width, height }: Size, output: string): string[] {
  const seconds = `${order.frames / order.fps}`;
  const video = [
    '-f',
    'rawvideo',
    '-pix_fmt',
    'yuv420p',
    '-s',
    `${width}x${height}`,
    '-r',
    `${order.fps}`,
    '-i',
    '-',
  ];
  const silence = [
    '-f',
    'lavfi',
    '-t',
    seconds,
    '-i',
    'anullsrc=r=44100:cl=stereo',
    '-c:a',
    'aac',
    '-b:a',
    '64k',
  ];
  const x264 = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-crf',
    '18',
    '-pix_fmt',
    'yuv420p',
    '-threads',
    THREADS,
  ];
  const colour = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709'];
  const tail = [...DETERMINISTIC, '-flags:a', '+bitexact', '-movflags', '+faststart', '-f', 'mp4', output];
  return [...video, ...(order.audio ? silence : ['-an']), ...x264, ...colour, ...tail];
}

function* reported(
  frames: Generator<Uint8Array>,
  total: number,
  report: (done: number, total: number) => void,
) {
  let done = 0;
  for (const frame of frames) {
    yield frame;
    done += 1;
    report(done, total);
  }
}

/** Renders the clip to an MP4 file at `output`. The same order gives the same bytes. */
export async function renderClip(
  order: ClipOrder,
  output: string,
  report: (done: number, total: number) => void = () => {},
): Promise<void> {
  const size = clipSize(await imageSize(order.image), order.maxPixels);
  const { prompt, seed, frames, fps, cameraFixed } = order;
  const [first, last] = await Promise.all([
    loadSource(order.image, size),
    order.lastImage ? loadSource(order.lastImage, size) : undefined,
  ]);
  const direction = directionFor({ prompt, seed, seconds: frames / fps, cameraFixed });
  const film = filmShot({ size, frames, direction, first, last });
  await encodeWithFfmpeg(encoderArgs(order, size, output), reported(film, frames, report));
}
