import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ffmpegPath, ffprobePath } from '@zoetrope/media/binaries';
import { z } from 'zod';

/**
 * A video as a stranger sees it. Of our own code it takes only where ffmpeg lies: what makes and checks videos in the
 * service must not be what judges it here.
 */
export interface Video {
  readonly streams: number;
  readonly codec: string;
  readonly profile: string;
  readonly pixFmt: string;
  readonly bFrames: number;
  readonly pixelAspect: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  /** Decoded, not promised. */
  readonly frames: number;
  readonly bytes: number;
  /** `moov` before `mdat`. */
  readonly fastStart: boolean;
  /** Median of the mean absolute difference in luma of neighbouring frames, in levels of 256. */
  readonly step: number;
  /** The same from the last frame to the first. */
  readonly seam: number;
}

const Stream = z.object({
  codec_name: z.string(),
  profile: z.string().default(''),
  pix_fmt: z.string().default(''),
  has_b_frames: z.number().default(0),
  sample_aspect_ratio: z.string().default('1:1'),
  width: z.number().default(0),
  height: z.number().default(0),
  avg_frame_rate: z.string().default('0/1'),
  duration: z.coerce.number().default(0),
});
const Probed = z.object({ streams: z.array(Stream).min(1) });

const run = promisify(execFile);

async function decodeLuma(file: string, frameBytes: number): Promise<Buffer[]> {
  const args = ['-v', 'error', '-xerror', '-i', file, '-vf', 'extractplanes=y', '-f', 'rawvideo', '-'];
  const { stdout } = await run(ffmpegPath(), args, { encoding: 'buffer', maxBuffer: 2 ** 31 - 1 });
  const frames = Math.floor(stdout.length / frameBytes);
  return Array.from({ length: frames }, (_, i) => stdout.subarray(i * frameBytes, (i + 1) * frameBytes));
}

function difference(a: Buffer, b: Buffer): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += Math.abs((a[i] as number) - (b[i] as number));
  return sum / a.length;
}

function movement(frames: readonly Buffer[]): { step: number; seam: number } {
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last || frames.length < 2) return { step: 0, seam: 0 };
  const steps = frames.slice(1).map((frame, i) => difference(frames[i] as Buffer, frame));
  const step = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  return { step, seam: difference(last, first) };
}

/** ISO/IEC 14496-12, 4.2: the order of the boxes of the file itself. */
function isFastStart(bytes: Buffer): boolean {
  const types: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    types.push(bytes.toString('latin1', at + 4, at + 8));
    if (size < 8) break;
    at += size;
  }
  const moov = types.indexOf('moov');
  return moov >= 0 && moov < types.indexOf('mdat');
}

async function lookAt(file: string, bytes: Buffer): Promise<Video> {
  const asked = ['-v', 'error', '-show_streams', '-of', 'json', file];
  const { streams } = Probed.parse(JSON.parse((await run(ffprobePath(), asked)).stdout));
  const [stream] = streams as [z.infer<typeof Stream>];
  const { width, height } = stream;
  const frames = await decodeLuma(file, width * height);
  const [above = 0, below = 1] = stream.avg_frame_rate.split('/').map(Number);
  return {
    streams: streams.length,
    codec: stream.codec_name,
    profile: stream.profile,
    pixFmt: stream.pix_fmt,
    bFrames: stream.has_b_frames,
    pixelAspect: stream.sample_aspect_ratio,
    width,
    height,
    fps: above / below,
    seconds: stream.duration,
    frames: frames.length,
    bytes: bytes.length,
    fastStart: isFastStart(bytes),
    ...movement(frames),
  };
}

/** Probes and decodes the bytes that a proxy URL served. */
export async function videoOf(bytes: Buffer): Promise<Video> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-matrix-'));
  try {
    const file = path.join(folder, 'video.mp4');
    writeFileSync(file, bytes);
    return await lookAt(file, bytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
