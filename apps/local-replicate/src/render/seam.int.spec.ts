import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runFfmpeg } from '@zoetrope/media/ffmpeg';
import { type Motion, measureMotion } from '@zoetrope/media/frames';
import { LEAST_MOTION, seamFaults } from '@zoetrope/media/seam';
import { lastFrame, normalise } from '@zoetrope/media/stitch';
import { type ClipOrder, renderClip } from './clip.js';

/**
 * Real photographs through the real renderer, merge and decoder, two clips to a loop as the generator asks for them;
 * measured on the finished file, at its full size.
 */
let folder: string;
const photos = join(import.meta.dirname, '../../../../libs/media/fixtures/photos');
const size = { width: 320, height: 214 };
const look = { seed: 7, cameraFixed: false, audio: false, maxPixels: size.width * size.height };
const native = { frames: 25, fps: 24 };
const crossfade = { frames: 41, fps: 24 };

async function clip(name: string, order: Partial<ClipOrder> & Pick<ClipOrder, 'image' | 'prompt'>) {
  const path = join(folder, `${name}.mp4`);
  await renderClip({ ...look, ...native, ...order }, path);
  return path;
}

async function merged(name: string, clips: string[], loop: 'native' | 'crossfade' | 'none', seconds = 2) {
  const path = join(folder, `${name}-merged.mp4`);
  await normalise(clips, path, { ...size, durationMs: seconds * 1000, loop });
  return path;
}

async function nativeLoop(photo: string, prompt: string, seconds = 2): Promise<Motion> {
  const image = await readFile(join(photos, `${photo}.jpg`));
  const there = await clip(`${photo}-there`, { image, prompt: `Part of a seamless loop. ${prompt}` });
  const home = `Part of a seamless loop: the camera eases back to the opening frame. ${prompt}`;
  const turn = await lastFrame(there);
  const back = await clip(`${photo}-back`, { image: turn, lastImage: image, prompt: home });
  return measureMotion(await merged(photo, [there, back], 'native', seconds));
}

async function crossfadeLoop(photo: string, prompt: string): Promise<Motion> {
  const image = await readFile(join(photos, `${photo}.jpg`));
  const out = `A seamless loop that returns to the opening frame. ${prompt}`;
  const there = await clip(`${photo}-wan`, { image, prompt: out, ...crossfade });
  const home = `The camera pulls back to the opening frame. ${prompt}`;
  const back = await clip(`${photo}-wan-2`, { image: await lastFrame(there), prompt: home, ...crossfade });
  return measureMotion(await merged(photo, [there, back], 'crossfade'));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-seam-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a loop of a photograph', () => {
  it.each([
    ['temple', 'The camera pushes in. subtle motion', 2],
    ['grass', 'The camera pans to the left. subtle motion', 2],
    ['dahlia', 'The camera pushes in. medium motion', 3],
    ['astronaut', 'The camera orbits. kinetic motion', 2],
  ])('closes natively without a seam: %s, %s, %i s', async (photo, prompt, seconds) => {
    const motion = await nativeLoop(photo, prompt, seconds);
    expect(seamFaults(motion, 'native')).toEqual([]);
    expect(Math.max(...motion.differences)).toBeLessThan(3 * motion.median);
  });

  it.each([
    ['temple', 'The camera pushes in. kinetic motion'],
    ['grass', 'The camera drifts. subtle motion'],
  ])('closes by a crossfade without a seam: %s, %s', async (photo, prompt) => {
    expect(seamFaults(await crossfadeLoop(photo, prompt), 'crossfade')).toEqual([]);
  });

  it('keeps moving where it wraps and where it turns', async () => {
    const { differences, median } = await nativeLoop('temple', 'The camera pans to the left. kinetic motion');
    const around = [...differences.slice(0, 2), ...differences.slice(-2), ...differences.slice(22, 26)];
    expect(Math.min(...around)).toBeGreaterThan(0.15 * median);
  });
});

describe('the seam test', () => {
  it.each(['subtle', 'kinetic'])('fails a clip that was not made to loop, %s', async (intensity) => {
    const image = await readFile(join(photos, 'temple.jpg'));
    const once = await clip('once', {
      image,
      prompt: `The camera pushes in. ${intensity} motion`,
      frames: 49,
    });
    const motion = await measureMotion(await merged('once', [once], 'none'));
    expect(seamFaults(motion, 'native').join()).toContain('jumps');
    expect(seamFaults(motion, 'crossfade').join()).toContain('jumps');
  });

  it('fails a loop whose last frame is its first: a frame shown twice is a stutter', async () => {
    const image = await readFile(join(photos, 'temple.jpg'));
    const there = await clip('twice', { image, prompt: 'The camera pushes in. kinetic motion' });
    const path = join(folder, 'palindrome.mp4');
    const mirrored = '[0:v]split[a][b];[b]reverse[r];[a][r]concat=n=2[out]';
    await runFfmpeg(['-i', there, '-filter_complex', mirrored, '-map', '[out]', '-qp', '0', path]);
    expect(seamFaults(await measureMotion(path), 'native').join()).toContain('stands still');
  });

  it('fails a photograph that stands still, however smooth its wrap', async () => {
    const still = join(folder, 'still.mp4');
    const source = ['-loop', '1', '-framerate', '24', '-i', join(photos, 'grass.jpg'), '-t', '1'];
    await runFfmpeg([...source, '-vf', 'scale=320:214', '-pix_fmt', 'yuv420p', still]);
    const motion = await measureMotion(await merged('still', [still], 'none'));
    expect(motion.median).toBeLessThan(LEAST_MOTION / 3);
    expect(seamFaults(motion, 'native').join()).toContain('hardly moves');
  });
});
