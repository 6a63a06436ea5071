import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { frameDifference, measureMotion, rawFrames } from '@zoetrope/media/frames';
import { lastFrame, normalise } from '@zoetrope/media/stitch';
import { photoLike } from '@zoetrope/media/testing';
import sharp from 'sharp';
import { type ClipOrder, clipSize, renderClip } from './clip.js';

/** Real rendering and real ffmpeg, on a photo-like picture, at a size that keeps the spec short. */
let folder: string;
let photo: Buffer;

/** Levels of mean difference that softening and encoding of a picture cost, far below any other picture. */
const CLOSE = 6;
const size = { width: 256, height: 144 };

async function clip(name: string, order: Partial<ClipOrder> = {}): Promise<string> {
  const path = join(folder, `${name}.mp4`);
  const look = { prompt: 'orbit, medium motion', seed: 1, cameraFixed: false, audio: false };
  const length = { frames: 25, fps: 24, maxPixels: size.width * size.height };
  await renderClip({ ...look, ...length, image: photo, ...order }, path);
  return path;
}

/** Gray pixels of a picture at the size of the clips. */
const gray = (picture: Buffer) =>
  sharp(picture)
    .resize({ ...size, fit: 'fill' })
    .grayscale()
    .raw()
    .toBuffer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-clip-'));
  photo = await photoLike({ width: 640, height: 360, seed: 21 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('renderClip', () => {
  it('gives the same bytes for the same order, others for another seed or prompt', async () => {
    const [a, b] = await Promise.all([readFile(await clip('a')), readFile(await clip('b'))]);
    expect(b.equals(a)).toBe(true);
    expect((await readFile(await clip('c', { seed: 2 }))).equals(a)).toBe(false);
    expect((await readFile(await clip('d', { prompt: 'pan left, medium motion' }))).equals(a)).toBe(false);
  });

  it('begins on the image', async () => {
    const { frames } = await rawFrames(await clip('begin', { prompt: 'pan right, kinetic motion' }));
    const [image, first, last] = [await gray(photo), frames[0], frames.at(-1)];
    expect(frameDifference(image, first ?? image)).toBeLessThan(CLOSE);
    expect(frameDifference(image, last ?? image)).toBeGreaterThan(12);
  });

  it.each(['push in', 'orbit', 'pan left'])(
    '%s: kinetic moves at least twice as much as subtle',
    async (move) => {
      const [subtle, kinetic] = await Promise.all(
        ['subtle', 'kinetic'].map(async (intensity) =>
          measureMotion(
            await clip(`${move}-${intensity}`, { prompt: `${move}, ${intensity} motion`, frames: 49 }),
          ),
        ),
      );
      expect(kinetic?.mean).toBeGreaterThan(2 * (subtle?.mean ?? Infinity));
    },
  );

  it('moves evenly: no frame jumps, none in the middle stands still', async () => {
    const { differences } = await measureMotion(
      await clip('even', { prompt: 'pan left, kinetic motion', frames: 49 }),
    );
    const middle = differences.slice(12, -12);
    const mean = middle.reduce((a, b) => a + b, 0) / middle.length;
    for (const difference of middle) {
      expect(difference).toBeGreaterThan(0.6 * mean);
      expect(difference).toBeLessThan(1.6 * mean);
    }
  });

  it.each(['orbit', 'pan right'])('%s: there and back closes the loop without a seam', async (move) => {
    const prompt = `${move}, kinetic motion`;
    const there = await clip(`${move}-there`, { prompt });
    const turn = await lastFrame(there);
    const back = await clip(`${move}-back`, { prompt, image: turn, lastImage: photo });
    const loop = join(folder, `${move}-loop.mp4`);
    await normalise([there, back], loop, { durationMs: 2000, ...size, loop: 'native' });
    const motion = await measureMotion(loop);
    expect(motion.frames).toBe(48);
    expect(motion.firstLast).toBeLessThan(Math.max(2, 1.5 * motion.mean));
    expect(Math.max(...motion.differences)).toBeLessThan(3 * motion.mean);
    const frames = (await rawFrames(back)).frames;
    const end = frames.at(-1) ?? new Uint8Array();
    expect(frameDifference(end, await gray(photo))).toBeLessThan(CLOSE);
    expect(frameDifference(frames[0] ?? end, await gray(turn))).toBeLessThan(CLOSE);
  });

  it('arrives at another picture by a dissolve', async () => {
    const other = await photoLike({ width: 640, height: 360, seed: 22 });
    const { frames } = await rawFrames(await clip('dissolve', { lastImage: other }));
    const end = frames.at(-1) ?? new Uint8Array();
    expect(frameDifference(end, await gray(other))).toBeLessThan(CLOSE);
    expect(frameDifference(frames[0] ?? end, await gray(photo))).toBeLessThan(CLOSE);
  });

  it('moves out and back when first and last image are the same', async () => {
    const motion = await measureMotion(
      await clip('same', { lastImage: photo, prompt: 'push in, kinetic motion' }),
    );
    expect(motion.mean).toBeGreaterThan(1);
    expect(motion.firstLast).toBeLessThan(2);
  });
});

describe('clipSize', () => {
  it.each([
    [{ width: 2560, height: 1440 }, 1280 * 720, { width: 1280, height: 720 }],
    [{ width: 256, height: 256 }, 1280 * 720, { width: 256, height: 256 }],
    [{ width: 1080, height: 1920 }, 832 * 480, { width: 474, height: 842 }],
  ])('%j within %i pixels is %j', (image, pixels, expected) =>
    expect(clipSize(image, pixels)).toEqual(expected),
  );
});
