import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { runFfmpeg } from '@zoetrope/media/ffmpeg';
import type { WrongOutput } from '../predictions/faults.js';

const LONG_SECONDS = 60;
const TEST_PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=4'];

/** Puts something else in the place of a finished video. What is only answered wrongly is left as it is. */
export async function spoil(path: string, how: WrongOutput): Promise<void> {
  switch (how) {
    case 'bytes':
      return writeFile(path, noise('noise', 64 * 1024));
    case 'truncated': {
      const whole = await readFile(path);
      return writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.6)));
    }
    case 'codec':
      return encode(path, ['-t', '2', '-c:v', 'mpeg4']);
    case 'still':
      return encode(path, ['-frames:v', '1', '-c:v', 'libx264', '-pix_fmt', 'yuv420p']);
    case 'long':
      return encode(path, ['-t', String(LONG_SECONDS), '-c:v', 'libx264', '-pix_fmt', 'yuv420p']);
    default:
      return;
  }
}

async function encode(path: string, args: string[]): Promise<void> {
  const draft = `${path}.spoiled.mp4`;
  await runFfmpeg([...TEST_PICTURE, ...args, draft]);
  await rename(draft, path);
}

/** Bytes that are no video and the same each time. */
function noise(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: length / 32 }, (_, i) =>
    createHash('sha256').update(`${seed}${i}`).digest(),
  );
  return Buffer.concat(blocks);
}
