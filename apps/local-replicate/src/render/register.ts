import type { Pose } from './camera.js';
import type { Plane, Size } from './source-planes.js';

// Taken out of the global once: in the sandbox of a test every look-up of a global is slow.
const { abs, atan2, floor, hypot, max, min, sqrt } = Math;

/** A similarity: (x, y) -> (a x - b y + x0, b x + a y + y0), from the picture's centre, in its widths. */
type Similarity = [a: number, b: number, x0: number, y0: number];

/** Correlation below this, and the pictures do not show the same thing. */
const SAME_SCENE = 0.8;
const SMALLEST = 48;

/** Half as large in both directions; each pixel the mean of four. */
function halved({ data, width, height }: Plane): Plane {
  const [w, h] = [width >> 1, height >> 1];
  const out = new Uint8Array(w * h);
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      const i = 2 * y * width + 2 * x;
      const top = (data[i] as number) + (data[i + 1] as number);
      out[y * w + x] = (top + (data[i + width] as number) + (data[i + width + 1] as number) + 2) >> 2;
    }
  }
  return { data: out, width: w, height: h };
}

/** Smaller and smaller, the smallest first; nothing wider than 640 pixels. */
function pyramid(plane: Plane): Plane[] {
  const levels: Plane[] = [];
  for (let level = plane; level.width >= SMALLEST && level.height >= 16; level = halved(level)) {
    if (level.width <= 640) levels.unshift(level);
  }
  return levels;
}

function sample({ data, width, height }: Plane, x: number, y: number): number {
  const cx = min(width - 1.001, max(0, x));
  const cy = min(height - 1.001, max(0, y));
  const i = (cy | 0) * width + (cx | 0);
  const fx = cx - (cx | 0);
  const top = (data[i] as number) * (1 - fx) + (data[i + 1] as number) * fx;
  const bottom = (data[i + width] as number) * (1 - fx) + (data[i + width + 1] as number) * fx;
  return top + (bottom - top) * (cy - (cy | 0));
}

/** Calls back for every pixel of the view with its centred position and where it lies in the scene. */
function project(view: Plane, [a, b, x0, y0]: Similarity, step: number, each: Projected): void {
  const { width, height } = view;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step) {
      const px = x + 0.5 - width / 2;
      const py = y + 0.5 - height / 2;
      const sx = a * px - b * py + x0 * width + width / 2 - 0.5;
      const sy = b * px + a * py + y0 * width + height / 2 - 0.5;
      each(view.data[y * width + x] as number, sx, sy, px, py);
    }
  }
}
type Projected = (value: number, sx: number, sy: number, px: number, py: number) => void;

function squaredError(view: Plane, scene: Plane, guess: Similarity): number {
  let sum = 0;
  project(view, guess, 2, (value, sx, sy) => {
    const error = value - sample(scene, sx, sy);
    sum += error * error;
  });
  return sum;
}

/** Tries every zoom and place on the smallest level. */
function coarse(view: Plane, scene: Plane): Similarity {
  let best: Similarity = [1, 0, 0, 0];
  let least = squaredError(view, scene, best);
  const { width, height } = view;
  for (let scale = 1.04; scale < 1.8; scale *= 1.045) {
    const rangeX = floor((width / 2) * (1 - 1 / scale));
    const rangeY = floor((height / 2) * (1 - 1 / scale));
    for (let dy = -rangeY; dy <= rangeY; dy += 1) {
      for (let dx = -rangeX; dx <= rangeX; dx += 1) {
        const guess: Similarity = [1 / scale, 0, dx / width, dy / width];
        const error = squaredError(view, scene, guess);
        if (error < least) [best, least] = [guess, error];
      }
    }
  }
  return best;
}

/** Solves a small linear system by elimination with pivots; a singular one gives zeros. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  const m = matrix.map((row, i) => [...row, right[i] as number]);
  for (let c = 0; c < n; c += 1) {
    const pivot = m
      .slice(c)
      .reduce((p, row, i) => (abs(row[c] as number) > abs(m[p]?.[c] as number) ? c + i : p), c);
    [m[c], m[pivot]] = [m[pivot] as number[], m[c] as number[]];
    const top = m[c] as number[];
    if (abs(top[c] as number) < 1e-9) return right.map(() => 0);
    for (const row of m) {
      if (row === top) continue;
      const factor = (row[c] as number) / (top[c] as number);
      for (let k = c; k <= n; k += 1) row[k] = (row[k] as number) - factor * (top[k] as number);
    }
  }
  return m.map((row, i) => (row[n] as number) / (row[i] as number));
}

/** One Gauss-Newton step on the squared difference of the pictures. */
function refine(view: Plane, scene: Plane, guess: Similarity): Similarity {
  const normal = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const right = [0, 0, 0, 0];
  project(view, guess, view.width > 300 ? 2 : 1, (value, sx, sy, px, py) => {
    if (sx < 1 || sy < 1 || sx > scene.width - 2 || sy > scene.height - 2) return;
    const gx = (sample(scene, sx + 1, sy) - sample(scene, sx - 1, sy)) / 2;
    const gy = (sample(scene, sx, sy + 1) - sample(scene, sx, sy - 1)) / 2;
    const j = [gx * px + gy * py, gy * px - gx * py, gx * view.width, gy * view.width];
    const error = value - sample(scene, sx, sy);
    for (let r = 0; r < 4; r += 1) {
      const row = normal[r] as number[];
      for (let c = 0; c < 4; c += 1) row[c] = (row[c] as number) + (j[r] as number) * (j[c] as number);
      right[r] = (right[r] as number) + (j[r] as number) * error;
    }
  });
  const step = solve(normal, right);
  return guess.map((value, i) => value + (step[i] as number)) as Similarity;
}

/** Pearson correlation between the view and what the guess says it shows. */
function correlation(view: Plane, scene: Plane, guess: Similarity): number {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
  project(view, guess, 2, (a, sx, sy) => {
    const b = sample(scene, sx, sy);
    n += 1;
    sa += a;
    sb += b;
    saa += a * a;
    sbb += b * b;
    sab += a * b;
  });
  const spread = sqrt((saa - (sa * sa) / n) * (sbb - (sb * sb) / n));
  // Two flat pictures of one brightness are the same picture.
  return spread < 1e-6 * n ? (abs(sa - sb) / n < 2 ? 1 : 0) : (sab - (sa * sb) / n) / spread;
}

/**
 * Finds which part of `scene` a picture of the same size shows, as a camera pose on the scene, to a
 * fraction of a pixel; undefined when it shows something else. Coarse search, then Lucas-Kanade
 * (inverse of a similarity, four unknowns) from small to large.
 */
export function findView(view: Plane, scene: Plane, size: Size): Pose | undefined {
  const [views, scenes] = [pyramid(view), pyramid(scene)];
  const [smallView, smallScene] = [views[0], scenes[0]];
  if (!smallView || !smallScene) return undefined;
  let guess = coarse(smallView, smallScene);
  for (const [i, level] of views.entries()) {
    for (let round = 0; round < 6; round += 1) guess = refine(level, scenes[i] ?? smallScene, guess);
  }
  const last = views.length - 1;
  const match = correlation(views[last] ?? smallView, scenes[last] ?? smallScene, guess);
  const [a, b, x0, y0] = guess;
  const scale = 1 / hypot(a, b);
  if (!(match >= SAME_SCENE) || scale < 0.97 || scale > 2) return undefined;
  return { scale, x: x0 * size.width, y: y0 * size.width, roll: atan2(b, a) };
}
