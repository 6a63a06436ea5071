import type { Pose } from './camera.js';
import { swingAt, thereAndBack } from './camera.js';
import type { DepthMap } from './depth.js';
import type { Direction } from './direction.js';
import type { Size } from './source-planes.js';
import { CELL, type WarpGrid } from './warp.js';

// Taken out of the global once: in the sandbox of a test every look-up of a global is slow.
const { PI, cos, floor, sin } = Math;

/** Sets the grid to a pose plus parallax and sway: near parts shift against far ones. */
export function aim(
  grid: WarpGrid,
  size: Size,
  pose: Pose,
  depth: DepthMap,
  direction: Direction,
  t: number,
): void {
  const cosine = cos(pose.roll) / pose.scale;
  const sine = sin(pose.roll) / pose.scale;
  const swing = swingAt(direction.seconds, t);
  const shiftX = direction.swing * size.width * swing;
  const shiftY = direction.swingY * size.height * thereAndBack(t);
  const sway = 2 * direction.sway * size.height * thereAndBack(t);
  const turn = 2 * PI * direction.seconds * 0.45 * t + direction.phase;
  for (let i = 0; i < grid.u.length; i += 1) {
    const px = (i % grid.columns) * CELL - size.width / 2;
    const py = floor(i / grid.columns) * CELL - size.height / 2;
    const near = depth.near[i] as number;
    const wave =
      sway === 0 ? 0 : sway * (0.5 + near) * sin(turn + (9 * py) / size.height + (4 * px) / size.width);
    grid.u[i] = size.width / 2 + pose.x + cosine * px - sine * py + near * shiftX + wave;
    grid.v[i] = size.height / 2 + pose.y + sine * px + cosine * py + near * shiftY + wave * 0.4;
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
