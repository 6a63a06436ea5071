import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { runFfmpeg } from './ffmpeg.js';
import { frameDifference, measureMotion, rawFrames } from './frames.js';
import { probeVideo } from './probe.js';
import { lastFrame, normalise } from './stitch.js';
import { photoLike } from './testing.js';

/** Real ffmpeg and ffprobe (whichever `binaries.ts` finds); clips are made with ffmpeg's own scrolling. */
let folder: string;
let clips: { there: string; back: string; sixteen: string };

/** A clip that slides over a photo: by `to - from` pixels in `frames` frames. */
async function slide(name: string, from: number, to: number, frames: number, fps: number): Promise<string> {
  const path = join(folder, `${name}.mp4`);
  const step = (to - from) / (frames - 1);
  const crop = `crop=320:180:x='${from}+n*${step}':y=40`;
  const input = ['-loop', '1', '-framerate', `${fps}`, '-i', join(folder, 'photo.jpg')];
  const sound = ['-f', 'lavfi', '-i', 'anullsrc', '-shortest', '-c:a', 'aac'];
  const video = [
    '-vf',
    crop,
    '-frames:v',
    `${frames}`,
    '-c:v',
    'libx264',
    '-crf',
    '12',
    '-pix_fmt',
    'yuv420p',
  ];
  await runFfmpeg([...input, ...sound, ...video, '-threads', '1', path]);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-stitch-'));
  await writeFile(join(folder, 'photo.jpg'), await photoLike({ width: 640, height: 300, seed: 11 }));
  clips = {
    there: await slide('there', 0, 192, 49, 24),
    back: await slide('back', 192, 0, 49, 24),
    sixteen: await slide('sixteen', 0, 80, 33, 16),
  };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('normalise', () => {
  it('delivers H.264 baseline, yuv420p, silent, fast start, even, of the exact length', async () => {
    const output = join(folder, 'plain.mp4');
    const facts = await normalise([clips.there], output, {
      durationMs: 3000,
      width: 301,
      height: 181,
      loop: 'none',
    });
    expect(facts).toMatchObject({
      codec: 'h264',
      profile: 'Constrained Baseline',
      pixFmt: 'yuv420p',
      width: 300,
      height: 180,
      frames: 48,
      durationMs: 3000,
      fps: 16,
      hasAudio: false,
      fastStart: true,
    });
    expect((await readFile(output)).length).toBe(facts.bytes);
  });

  it('retimes to the asked length without cutting: the end of the clip is the end of the output', async () => {
    const output = join(folder, 'short.mp4');
    await normalise([clips.there], output, { durationMs: 1000, width: 320, height: 180, loop: 'none' });
    const [fast, slow] = [await rawFrames(output), await rawFrames(clips.there)];
    expect(fast.frames).toHaveLength(24);
    const end = fast.frames.at(-1) ?? new Uint8Array();
    const difference = (at: number) => frameDifference(end, slow.frames[at] ?? end);
    expect(difference(46)).toBeLessThan(difference(40));
    expect(difference(46)).toBeLessThan(4);
  });

  it('closes a native loop: the wrap is a step like any other', async () => {
    const output = join(folder, 'native.mp4');
    await normalise([clips.there, clips.back], output, {
      durationMs: 4000,
      width: 320,
      height: 180,
      loop: 'native',
    });
    const motion = await measureMotion(output);
    expect(motion.frames).toBe(96);
    expect(motion.firstLast).toBeLessThan(1.5 * motion.mean);
    expect(Math.min(...motion.differences)).toBeGreaterThan(0.3 * motion.mean);
  });

  it('shows every frame of clips that fit as it is, and the one where they meet once', async () => {
    const output = join(folder, 'straight.mp4');
    const options = { durationMs: 4000, width: 320, height: 180, loop: 'native' } as const;
    const facts = await normalise([clips.there, clips.back], output, options);
    expect(facts).toMatchObject({
      profile: 'Constrained Baseline',
      fps: 24,
      fastStart: true,
      hasAudio: false,
    });
    const [shown, there, back] = await Promise.all(
      [output, clips.there, clips.back].map((p) => rawFrames(p)),
    );
    const expected = [...(there?.frames.slice(0, 48) ?? []), ...(back?.frames.slice(0, 48) ?? [])];
    expect(shown?.frames).toHaveLength(96);
    // A step of 4 pixels differs by more than that: one frame too early or late would show.
    for (const [index, frame] of expected.entries())
      expect(frameDifference(frame, shown?.frames[index] ?? new Uint8Array())).toBeLessThan(3);
  });

  it('keeps the exact length when a container holds fewer frames than it promises', async () => {
    const [whole, cut, output] = ['whole', 'cut', 'filled'].map((name) => join(folder, `${name}.mp4`));
    if (!whole || !cut || !output) throw new Error('three names');
    await runFfmpeg(['-i', clips.there, '-an', '-c:v', 'copy', '-movflags', '+faststart', whole]);
    const bytes = await readFile(whole);
    await writeFile(cut, bytes.subarray(0, bytes.length * 0.7));
    expect((await probeVideo(cut)).frames).toBe(49);
    const options = { durationMs: 2000, width: 320, height: 180, loop: 'none' } as const;
    expect(await normalise([cut], output, options)).toMatchObject({ frames: 48, durationMs: 2000 });
  });

  it('hides the jump of a clip that does not return with a crossfade of the last 200 ms', async () => {
    const [cut, faded] = [join(folder, 'cut.mp4'), join(folder, 'faded.mp4')];
    const options = { durationMs: 2000, width: 320, height: 180 };
    await normalise([clips.there], cut, { ...options, loop: 'none' });
    await normalise([clips.there], faded, { ...options, loop: 'crossfade' });
    const [before, after] = [await measureMotion(cut), await measureMotion(faded)];
    expect(after.firstLast).toBeLessThan(before.firstLast / 3);
    const [plain, blended] = [await rawFrames(cut), await rawFrames(faded)];
    const same = plain.frames.map((frame, i) => frameDifference(frame, blended.frames[i] ?? frame) < 3);
    expect(same.lastIndexOf(true)).toBe(48 - 5 - 1);
  });

  it('doubles what is too slow to be shown as it is, with no frame shown twice', async () => {
    const output = join(folder, 'doubled.mp4');
    const options = { durationMs: 3000, width: 320, height: 180, loop: 'none' } as const;
    expect(await normalise([clips.sixteen], output, options)).toMatchObject({ frames: 64, durationMs: 3000 });
    const motion = await measureMotion(output);
    expect(Math.min(...motion.differences)).toBeGreaterThan(0.2 * motion.mean);
  });

  it('gives lengths that no whole number of frames a second divides, to the ms', async () => {
    const output = join(folder, 'odd.mp4');
    const options = { durationMs: 7000, width: 320, height: 180, loop: 'native' } as const;
    const facts = await normalise([clips.there, clips.back, clips.there, clips.back], output, options);
    expect(facts).toMatchObject({ frames: 192, durationMs: 7000 });
  });

  it.each([
    ['some frames left out', 2000],
    ['shown as they are', 4000],
  ])('gives the same bytes for the same inputs, %s', async (_how, durationMs) => {
    const options = { durationMs, width: 320, height: 180, loop: 'native' } as const;
    const [a, b] = [join(folder, 'a.mp4'), join(folder, 'b.mp4')];
    await normalise([clips.there, clips.back], a, options);
    await normalise([clips.there, clips.back], b, options);
    expect((await readFile(a)).equals(await readFile(b))).toBe(true);
  });

  it('refuses what is no video', async () => {
    const options = { durationMs: 2000, width: 320, height: 180, loop: 'none' } as const;
    await expect(
      normalise([join(folder, 'photo.txt')], join(folder, 'x.mp4'), options),
    ).rejects.toMatchObject({
      code: 'video_unreadable',
    });
  });
});

describe('lastFrame', () => {
  it('is the last frame and no other, in the colours of the photo', async () => {
    const png = await lastFrame(clips.there);
    const raw = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([raw.info.width, raw.info.height]).toEqual([320, 180]);
    const photo = sharp(join(folder, 'photo.jpg'));
    const at = (left: number) =>
      photo.clone().extract({ left, top: 40, width: 320, height: 180 }).raw().toBuffer();
    const [end, oneBefore] = [await at(192), await at(188)];
    expect(frameDifference(raw.data, end)).toBeLessThan(6);
    expect(frameDifference(raw.data, end)).toBeLessThan(frameDifference(raw.data, oneBefore) / 1.5);
  });
});

describe('probeVideo', () => {
  it('tells a file whose index comes last from one that starts fast, from bytes as from a path', async () => {
    expect(await probeVideo(clips.there)).toMatchObject({ fastStart: false, hasAudio: true, frames: 49 });
    expect(await probeVideo(await readFile(clips.there))).toEqual(await probeVideo(clips.there));
  });

  it('refuses bytes that are no video', async () => {
    await expect(probeVideo(Buffer.from('no video at all'))).rejects.toMatchObject({
      code: 'video_unreadable',
    });
  });
});
