import { describe, expect, it } from '@jest/globals';
import { ease, endPose, type Pose, parallaxAt, progressAt, thereAndBack, towards } from './camera.js';
import { type Direction, directionFor, type Move } from './direction.js';

const size = { width: 1280, height: 720 };
const prompts = ['push in', 'pull back', 'pan right', 'tilt up', 'orbit', 'drift', 'roll', ''];

/** How far the farthest corner of the window lies outside the picture, in pixels. */
function overhang({ scale, x, y, roll }: Pose): number {
  const corners = [-1, 1].flatMap((sx) =>
    [-1, 1].map((sy) => [(sx * size.width) / 2, (sy * size.height) / 2] as const),
  );
  const beyond = corners.flatMap(([px, py]) => {
    const cx = (Math.cos(roll) * px - Math.sin(roll) * py) / scale + x;
    const cy = (Math.sin(roll) * px + Math.cos(roll) * py) / scale + y;
    return [Math.abs(cx) - size.width / 2, Math.abs(cy) - size.height / 2];
  });
  return Math.max(...beyond);
}

describe('the camera', () => {
  it.each(prompts)('starts on the whole picture and never leaves it: %j', (prompt) => {
    for (const intensity of ['subtle', 'medium', 'kinetic']) {
      for (const seed of [0, 1, 2, 3, 4]) {
        const direction = directionFor({ prompt: `${prompt}, ${intensity} motion`, seed, seconds: 4 });
        const end = endPose(direction, size);
        expect(towards(end, progressAt(direction, 0))).toMatchObject({ scale: 1 });
        for (let t = 0; t <= 1; t += 0.05)
          expect(overhang(towards(end, progressAt(direction, t)))).toBeLessThan(0.51);
      }
    }
  });

  it('is at rest at both ends and even in between, so that clips can be joined', () => {
    const speed = (t: number) => (ease(t + 0.001) - ease(t)) / 0.001;
    expect(speed(0)).toBeLessThan(0.01);
    expect(speed(0.999)).toBeLessThan(0.01);
    expect(speed(0.3)).toBeCloseTo(speed(0.7), 5);
    expect([ease(0), ease(1), thereAndBack(0), thereAndBack(1)].map((v) => Math.round(v * 1e9))).toEqual([
      0, 1e9, 0, 0,
    ]);
  });

  it('never stands still in a loop: parallax is fastest where the camera turns, and goes on from clip to clip', () => {
    const direction: Direction = directionFor({ prompt: 'push in. Seamless loop', seed: 1, seconds: 2 });
    const speed = (leg: 'out' | 'home', t: number) =>
      (parallaxAt(direction, leg, t + 0.0005) - parallaxAt(direction, leg, t - 0.0005)) / 0.001;
    expect(speed('out', 0.999)).toBeCloseTo(speed('home', 0.001), 1);
    expect(speed('home', 0.999)).toBeCloseTo(speed('out', 0.001), 1);
    for (let t = 0; t <= 1; t += 0.05) {
      const camera = (progressAt(direction, t + 0.0005) - progressAt(direction, t - 0.0005)) / 0.001;
      expect(Math.hypot(camera, speed('out', t))).toBeGreaterThan(1);
    }
  });

  it('comes back where it is told to, without a frame to end on, and on the other side the second time', () => {
    const ask = (prompt: string) => directionFor({ prompt, seed: 1, seconds: 2 });
    const first = ask('Pan left. A seamless loop that returns to the opening frame');
    const second = ask('The camera pulls back to the opening frame. Pan left');
    expect([progressAt(first, 0.5), progressAt(first, 1)].map((v) => Math.round(v * 1e9))).toEqual([1e9, 0]);
    expect([first.move, second.move]).toEqual(['pan', 'pan']);
    expect(second.panX).toBe(-first.panX);
  });

  it('goes towards an end and arrives there', () => {
    const end = { scale: 1.5, x: 40, y: -20, roll: 0.01 };
    expect(towards(end, 0)).toEqual({ scale: 1, x: 0, y: -0, roll: 0 });
    expect(towards(end, 1).x).toBeCloseTo(40);
  });
});

describe('directionFor', () => {
  it.each<[string, Move]>([
    ['Slow push in toward the subject', 'push'],
    ['the camera pulls back to reveal the valley', 'pull'],
    ['Camera pans slowly to the left', 'pan'],
    ['tilt up along the tower', 'tilt'],
    ['gentle orbit with parallax', 'orbit'],
    ['drifting, floating', 'drift'],
    ['the balloon rises above the hills', 'tilt'],
    ['zoom out slowly', 'pull'],
    ['waves rippling on the water', 'still'],
    ['wind in the grass while the camera pans right', 'pan'],
    ['Static camera, leaves sway', 'still'],
  ])('reads %j as %s', (prompt, move) => {
    expect(directionFor({ prompt, seed: 1, seconds: 4 }).move).toBe(move);
  });

  it('keeps to the side that was asked, whatever the seed', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      expect(directionFor({ prompt: 'pan left', seed, seconds: 4 }).panX).toBe(-1);
      expect(directionFor({ prompt: 'tilt down', seed, seconds: 4 }).panY).toBe(1);
    }
  });

  it('leaves to the seed what the prompt leaves open', () => {
    const seen = new Set(
      Array.from({ length: 40 }, (_, seed) => directionFor({ prompt: '', seed, seconds: 4 }).move),
    );
    expect(seen.size).toBeGreaterThan(2);
  });

  it('holds the camera when it is fixed', () => {
    const { zoom, panX, roll } = directionFor({ prompt: 'orbit', seed: 1, seconds: 4, cameraFixed: true });
    expect([zoom, panX, roll].map(Math.abs)).toEqual([0, 0, 0]);
  });
});
