import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenPromises, checkOutput, type Expected } from './check.js';
import { runFfmpeg } from './ffmpeg.js';
import { topLevelBoxes } from './mp4-boxes.js';
import { probeVideo, type VideoFacts } from './probe.js';

/** Real ffmpeg and ffprobe: every wrong file is one, not a description of one. */
let folder: string;
const WEB = ['-c:v', 'libx264', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-movflags', '+faststart'];
const published: Expected = { webReady: true, durationMs: 2000, size: { width: 320, height: 180 } };

async function make(name: string, args: string[], sound: string[] = []): Promise<string> {
  const path = join(folder, name);
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=24:duration=2'];
  await runFfmpeg([...picture, ...sound, ...args, path]);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-check-'));
  await make('good.mp4', WEB);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('checkOutput', () => {
  it('accepts what keeps every promise, from a path as from bytes', async () => {
    const path = join(folder, 'good.mp4');
    expect(await checkOutput(path, published)).toMatchObject({ frames: 48, streams: 1, upright: true });
    expect(await checkOutput(await readFile(path), published)).toEqual(await probeVideo(path));
  });

  it.each<[string, string[], string]>([
    ['another codec', ['-c:v', 'mpeg4', '-movflags', '+faststart'], 'codec mpeg4'],
    ['another profile', [...WEB, '-profile:v', 'main', '-bf', '0'], 'codec h264 Main'],
    [
      'another pixel format',
      [...WEB, '-profile:v', 'high444', '-pix_fmt', 'yuv444p'],
      'pixel format yuv444p',
    ],
    ['its index at the end', [...WEB, '-movflags', '-faststart'], 'its index at the end'],
    ['a shorter length', [...WEB, '-frames:v', '46'], '1917 ms for 2000 ms'],
    ['a longer length', [...WEB, '-vf', 'setpts=N/22/TB', '-r', '22'], '2182 ms for 2000 ms'],
    ['another size', [...WEB, '-vf', 'scale=318:180'], '318x180 pixels for 320x180'],
    ['pixels that are not square', [...WEB, '-vf', 'setsar=4/3'], 'pixels that are not square'],
  ])('refuses %s', async (_what, args, words) => {
    const path = await make('wrong.mp4', args);
    await expect(checkOutput(path, published)).rejects.toMatchObject({ code: 'video_refused' });
    await expect(checkOutput(path, published)).rejects.toThrow(words);
  });

  it('refuses sound', async () => {
    const silence = ['-f', 'lavfi', '-i', 'anullsrc'];
    const path = await make('sound.mp4', [...WEB, '-shortest', '-c:a', 'aac'], silence);
    await expect(checkOutput(path, published)).rejects.toThrow('an audio track');
  });

  it('refuses a file cut off in its data, whose header still promises everything', async () => {
    const cut = join(folder, 'cut.mp4');
    const whole = await readFile(join(folder, 'good.mp4'));
    await writeFile(cut, whole.subarray(0, whole.length * 0.7));
    expect((await probeVideo(cut)).frames).toBe(48);
    await expect(checkOutput(cut, published)).rejects.toThrow(/does not decode|frames where its index/);
  });

  it('refuses a file with damaged data', async () => {
    const damaged = Buffer.from(await readFile(join(folder, 'good.mp4')));
    damaged.fill(0x5a, damaged.length >> 1, (damaged.length >> 1) + 9000);
    await expect(checkOutput(damaged, {})).rejects.toMatchObject({ code: 'video_unreadable' });
  });

  it('refuses a frame of which a part is missing, although its decoder fills the hole without an error', async () => {
    const path = await make('slices.mp4', [...WEB, '-x264-params', 'slices=4']);
    const bytes = await readFile(path);
    const mdat = (await topLevelBoxes(path)).find(({ type }) => type === 'mdat');
    // Each slice stands behind its length (ISO/IEC 14496-15, 5.3.3); type 12 is filler, which decoders skip.
    const slices: number[] = [];
    for (let at = (mdat?.offset ?? 0) + 8; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
      if ((bytes.readUInt8(at + 4) & 0x1f) === 1) slices.push(at + 4);
    }
    const skipped = slices[42] ?? 0;
    bytes.writeUInt8((bytes.readUInt8(skipped) & 0xe0) | 12, skipped);
    expect(slices.length).toBeGreaterThan(100);
    await expect(checkOutput(bytes, published)).rejects.toMatchObject({ code: 'video_unreadable' });
  });

  it.each([
    ['no bytes', Buffer.alloc(0)],
    ['a web page', Buffer.from('<!doctype html><title>502</title>')],
  ])('refuses %s', async (_what, bytes) => {
    await expect(checkOutput(bytes, {})).rejects.toMatchObject({ code: 'video_unreadable' });
  });

  it('refuses a picture that calls itself a video', async () => {
    const still = await make('still.mp4', [...WEB, '-frames:v', '1']);
    await expect(checkOutput(still, {})).rejects.toThrow('1 frames');
  });
});

const good: VideoFacts = {
  codec: 'h264',
  profile: 'Constrained Baseline',
  pixFmt: 'yuv420p',
  width: 320,
  height: 256,
  durationMs: 2000,
  frames: 48,
  fps: 24,
  hasAudio: false,
  streams: 1,
  upright: true,
  fastStart: true,
  bytes: 9,
};

describe('brokenPromises', () => {
  it.each<[string, Partial<VideoFacts>, Expected]>([
    ['within a frame of its length', { durationMs: 2042 }, { webReady: true, durationMs: 2000 }],
    ['within a frame of a slower video', { durationMs: 2060, fps: 16 }, { durationMs: 2000 }],
    [
      "a provider's sound and codec",
      { hasAudio: true, codec: 'hevc', fastStart: false },
      { durationMs: 2000 },
    ],
    ['a size that a model rounded', { width: 832, height: 480 }, { shape: { width: 1280, height: 720 } }],
  ])('has none for %s', (_what, facts, expected) => {
    expect(brokenPromises({ ...good, ...facts }, expected)).toEqual([]);
  });

  it.each<[Partial<VideoFacts>, Expected, string]>([
    [{ durationMs: 2044 }, { durationMs: 2000 }, '2044 ms for 2000 ms'],
    [{ durationMs: 2500 }, { durationMs: 2000, toleranceMs: 400 }, '2500 ms for 2000 ms'],
    [{ durationMs: 0, frames: 0, fps: 0 }, { durationMs: 2000 }, '0 frames'],
    [{}, { minFrames: 49 }, '48 frames'],
    [{ width: 321 }, { webReady: true }, 'sides 321x256'],
    [{ streams: 2 }, { webReady: true }, '2 streams'],
    [{ upright: false }, { webReady: true }, 'rotation flag'],
    [{ profile: 'Baseline' }, { webReady: true }, 'codec h264 Baseline'],
    [{ width: 480, height: 832 }, { shape: { width: 1280, height: 720 } }, 'for the shape of 1280x720'],
  ])('finds %j against %j', (facts, expected, words) => {
    expect(brokenPromises({ ...good, ...facts }, expected).join()).toContain(words);
  });

  it('names all of them at once', () => {
    const broken = brokenPromises(
      { ...good, hasAudio: true, fastStart: false, width: 321 },
      { webReady: true },
    );
    expect(broken).toHaveLength(3);
  });
});
