import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RawFrames, rawFrames } from '@zoetrope/media/frames';
import { renderClip } from './clip.js';

/** What a viewer sees move, measured by matching blocks of decoded frames: the prompt's words against pixels. */
let folder: string;
let photo: Buffer;
const { abs, round } = Math;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-flow-'));
  photo = await readFile(join(import.meta.dirname, '../../../../libs/media/fixtures/photos/grass.jpg'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const HALF = 14;
const REACH = 12;

/** Where the block around (cx, cy) of frame `a` has gone in frame `b`, in pixels. */
function moved({ frames, width }: RawFrames, a: number, b: number, cx: number, cy: number) {
  const [from, to] = [frames[a] as Uint8Array, frames[b] as Uint8Array];
  let best = { dx: 0, dy: 0, cost: Number.POSITIVE_INFINITY };
  for (let dy = -REACH; dy <= REACH; dy += 1) {
    for (let dx = -REACH; dx <= REACH; dx += 1) {
      let cost = 0;
      for (let y = -HALF; y < HALF && cost < best.cost; y += 1) {
        const [row, other] = [(cy + y) * width + cx, (cy + y + dy) * width + cx + dx];
        for (let x = -HALF; x < HALF; x += 1)
          cost += abs((from[row + x] as number) - (to[other + x] as number));
      }
      if (cost < best.cost) best = { dx, dy, cost };
    }
  }
  return best;
}

/** Mean motion of nine blocks over five frames in the middle of a one-second clip, and how it points from the centre. */
async function flowOf(prompt: string, name = 'clip') {
  const path = join(folder, `${name}.mp4`);
  const look = { seed: 7, cameraFixed: false, audio: false, maxPixels: 192 * 192 };
  await renderClip({ ...look, image: photo, prompt, frames: 25, fps: 24 }, path);
  const video = await rawFrames(path);
  const places = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => ({ x, y })));
  const centre = video.width / 2;
  const blocks = places.map(({ x, y }) => {
    const at = (side: number) => round(centre + side * video.width * 0.22);
    return { x, y, ...moved(video, 9, 14, at(x), at(y)) };
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    across: mean(blocks.map(({ dx }) => dx)),
    down: mean(blocks.map(({ dy }) => dy)),
    outward: mean(blocks.filter(({ x, y }) => x !== 0 || y !== 0).map(({ x, y, dx, dy }) => dx * x + dy * y)),
    speed: mean(blocks.map(({ dx, dy }) => Math.hypot(dx, dy))),
  };
}

describe('what moves in the picture', () => {
  it.each<[string, 'across' | 'down' | 'outward', 1 | -1]>([
    ['The camera pans to the left, kinetic motion', 'across', 1],
    ['The camera pans to the right, kinetic motion', 'across', -1],
    ['The camera rises, kinetic motion', 'down', 1],
    ['The camera descends, kinetic motion', 'down', -1],
    ['The camera pushes in, kinetic motion', 'outward', 1],
    ['The camera pulls back, kinetic motion', 'outward', -1],
  ])('follows "%s": %s %i', async (prompt, direction, sign) => {
    const flow = await flowOf(prompt);
    expect(sign * flow[direction]).toBeGreaterThan(0.5);
  });

  it('goes further in the same time the stronger the motion is', async () => {
    const speeds = [];
    for (const motion of ['subtle', 'medium', 'kinetic'])
      speeds.push((await flowOf(`The camera pans to the left, ${motion} motion`, motion)).speed);
    const [subtle = 0, medium = 0, kinetic = 0] = speeds;
    expect(medium).toBeGreaterThan(1.2 * subtle);
    expect(kinetic).toBeGreaterThan(1.2 * medium);
  });

  it('lets near and far move at different speeds', async () => {
    const path = join(folder, 'orbit.mp4');
    const look = { seed: 7, cameraFixed: true, audio: false, maxPixels: 192 * 192 };
    await renderClip({ ...look, image: photo, prompt: 'orbit, kinetic motion', frames: 25, fps: 24 }, path);
    const video = await rawFrames(path);
    const centre = video.width / 2;
    const speeds = [0.2, 0.35, 0.5, 0.65, 0.8].map((y) =>
      abs(moved(video, 3, 9, centre, round(y * video.height)).dx),
    );
    expect(Math.max(...speeds) - Math.min(...speeds)).toBeGreaterThanOrEqual(2);
  });

  it('waves where the prompt speaks of water, and holds still where the camera is fixed and nothing sways', async () => {
    const water = await flowOf('static camera, ripples on the water, kinetic motion', 'water');
    const pan = await flowOf('The camera pans to the left, kinetic motion', 'pan');
    expect(water.speed).toBeGreaterThan(0.2);
    expect(abs(water.across)).toBeLessThan(abs(pan.across) / 2);
  });
});
