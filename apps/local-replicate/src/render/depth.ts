import type { Plane, Size } from './source-planes.js';
import { SUPERSAMPLING } from './source-planes.js';
import { CELL } from './warp.js';

// Taken out of the global once: in the sandbox of a test every look-up of a global is slow.
const { abs, ceil, floor, hypot, max, min, round, sqrt } = Math;

/** How near each grid knot seems, mean 0, about -0.5 far to 0.5 near; fades to 0 at the border. */
export interface DepthMap {
  columns: number;
  rows: number;
  near: Float64Array;
  /** 1 inside, 0 at the border: how freely a knot may move. */
  free: Float64Array;
}

/** Mean gradient around a knot: what is in focus has detail, and what is in focus is usually near. */
function detailAt({ data, width, height }: Plane, cx: number, cy: number, radius: number): number {
  let sum = 0;
  let count = 0;
  for (let y = max(0, cy - radius); y < min(height - 1, cy + radius); y += 2) {
    for (let x = max(0, cx - radius); x < min(width - 1, cx + radius); x += 2) {
      const i = y * width + x;
      const here = data[i] as number;
      sum += abs((data[i + 1] as number) - here) + abs((data[i + width] as number) - here);
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Box blur along one axis; three of these look like a Gaussian. */
function blurLine(values: Float64Array, start: number, step: number, count: number, radius: number) {
  const line = Float64Array.from({ length: count }, (_, i) => values[start + i * step] as number);
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (let k = -radius; k <= radius; k += 1) sum += line[min(count - 1, max(0, i + k))] as number;
    values[start + i * step] = sum / (2 * radius + 1);
  }
}

function blur(values: Float64Array, columns: number, rows: number, radius: number) {
  for (let pass = 0; pass < 3; pass += 1) {
    for (let y = 0; y < rows; y += 1) blurLine(values, y * columns, 1, columns, radius);
    for (let x = 0; x < columns; x += 1) blurLine(values, x, columns, rows, radius);
  }
}

function normalise(values: Float64Array): void {
  const low = min(...values);
  const range = max(...values) - low || 1;
  for (let i = 0; i < values.length; i += 1) values[i] = ((values[i] as number) - low) / range;
}

const smooth = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** 1 inside, 0 at the border, so that a shift by depth never pulls in what lies outside the picture. */
const inside = (x: number, y: number) => smooth(min(x, 1 - x) / 0.14) * smooth(min(y, 1 - y) / 0.14);

/**
 * Guesses a smooth depth map: detail (in focus), low in the picture (the ground comes towards the
 * viewer) and central things are near. Smooth enough that no parallax shift can fold the picture.
 */
export function guessDepth(luma: Plane, size: Size): DepthMap {
  const columns = ceil(size.width / CELL) + 1;
  const rows = ceil(size.height / CELL) + 1;
  const step = CELL * SUPERSAMPLING;
  const near = new Float64Array(columns * rows);
  for (let i = 0; i < near.length; i += 1) {
    near[i] = sqrt(detailAt(luma, (i % columns) * step, floor(i / columns) * step, step >> 1));
  }
  const radius = max(1, round(max(columns, rows) / 14));
  blur(near, columns, rows, radius);
  normalise(near);
  for (let i = 0; i < near.length; i += 1) {
    const x = (i % columns) / (columns - 1);
    const y = floor(i / columns) / (rows - 1);
    const centre = max(0, 1 - 2 * hypot(x - 0.5, y - 0.5));
    near[i] = 0.55 * (near[i] as number) + 0.25 * smooth(y) + 0.2 * centre;
  }
  normalise(near);
  const mean = near.reduce((a, b) => a + b, 0) / near.length;
  const free = new Float64Array(near.length);
  for (let i = 0; i < near.length; i += 1) {
    free[i] = inside((i % columns) / (columns - 1), floor(i / columns) / (rows - 1));
    near[i] = ((near[i] as number) - mean) * (free[i] as number);
  }
  return { columns, rows, near, free };
}
