import { ease, type Leg, type Pose, parallaxAt, thereAndBack } from './camera.js';
import type { DepthMap } from './depth.js';
import type { Direction } from './direction.js';
import type { Size } from './source-planes.js';
import { CELL, type WarpGrid } from './warp.js';

// Taken out of the global once: in the sandbox of a test every look-up of a global is slow.
const { PI, cos, floor, max, round, sin } = Math;

/** Waves a second, near enough: what sways in wind or water. */
const WAVES_PER_SECOND = 0.45;

/** 1 in the middle, 0 at the borders, so gently between that nothing folds. */
const bowl = (fromCentre: number): number => max(0, 1 - 4 * fromCentre * fromCentre);

/** How far what is near has grown at `t`: back to nothing wherever another clip may go on. */
function growthAt({ dolly, flows }: Direction, leg: Leg, t: number): number {
  return dolly * (flows || leg !== 'out' ? thereAndBack(t) : ease(t));
}

/** Sets the grid to a pose plus parallax and sway: near parts shift and grow against far ones. */
export function aim(
  grid: WarpGrid,
  size: Size,
  pose: Pose,
  depth: DepthMap,
  { direction, leg, t }: { direction: Direction; leg: Leg; t: number },
): void {
  const cosine = cos(pose.roll) / pose.scale;
  const sine = sin(pose.roll) / pose.scale;
  const shiftX = direction.swing * size.width * parallaxAt(direction, leg, t);
  const shiftY = direction.swingY * size.height * thereAndBack(t);
  const growth = growthAt(direction, leg, t);
  const sway = direction.sway * size.height;
  // Whole waves in a clip, so that they go on where the next clip begins.
  const turn = 2 * PI * max(1, round(direction.seconds * WAVES_PER_SECOND)) * t;
  const calm = direction.flows || leg === 'home' ? 1 : thereAndBack(t);
  for (let i = 0; i < grid.u.length; i += 1) {
    const px = (i % grid.columns) * CELL - size.width / 2;
    const py = floor(i / grid.columns) * CELL - size.height / 2;
    const near = depth.near[i] as number;
    const grown = 1 - growth * (0.5 + near) * bowl(px / size.width) * bowl(py / size.height);
    const place = direction.phase + (9 * py) / size.height + (4 * px) / size.width;
    const wave =
      sway === 0
        ? 0
        : sway * calm * (0.5 + near) * (depth.free[i] as number) * (sin(turn + place) - sin(place));
    grid.u[i] = size.width / 2 + pose.x + (cosine * px - sine * py) * grown + near * shiftX + wave;
    grid.v[i] = size.height / 2 + pose.y + (sine * px + cosine * py) * grown + near * shiftY + wave * 0.4;
  }
}

/** Where the points that `grid` looks at in one picture lie in another that is that picture's `window`. */
export function throughWindow(grid: WarpGrid, size: Size, window: Pose, out: WarpGrid): void {
  const cosine = cos(window.roll) * window.scale;
  const sine = sin(window.roll) * window.scale;
  for (let i = 0; i < grid.u.length; i += 1) {
    const x = (grid.u[i] as number) - size.width / 2 - window.x;
    const y = (grid.v[i] as number) - size.height / 2 - window.y;
    out.u[i] = size.width / 2 + cosine * x + sine * y;
    out.v[i] = size.height / 2 - sine * x + cosine * y;
  }
}
