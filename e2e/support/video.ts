import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { frameDifference, measureMotion, rawFrames } from '@zoetrope/media/frames';
import { probeVideo, type VideoFacts } from '@zoetrope/media/probe';

async function onDisk<T>(videos: Uint8Array[], work: (...files: string[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-video-'));
  try {
    const files = videos.map((bytes, index) => {
      const file = path.join(folder, `${index}.mp4`);
      writeFileSync(file, bytes);
      return file;
    });
    return await work(...files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const probe = (video: Uint8Array): Promise<VideoFacts> => probeVideo(video);

/** Mean difference of neighbouring frames, in gray levels, at 160 pixels wide. */
export const motionOf = (video: Uint8Array): Promise<number> =>
  onDisk([video], async (file = '') => (await measureMotion(file, { width: 160 })).mean);

/** Mean difference of two videos of the same size, frame by frame over the shorter one, in gray levels. */
export const meanFrameDifference = (a: Uint8Array, b: Uint8Array): Promise<number> =>
  onDisk([a, b], async (first = '', second = '') => {
    const [left, right] = [await rawFrames(first, { width: 160 }), await rawFrames(second, { width: 160 })];
    const pairs = left.frames.flatMap((frame, index) => {
      const other = right.frames[index];
      return other ? [frameDifference(frame, other)] : [];
    });
    return pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  });
