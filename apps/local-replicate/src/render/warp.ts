import type { Plane, Size, SourcePlanes } from './source-planes.js';
import { SUPERSAMPLING } from './source-planes.js';

/** Distance of grid knots in output pixels. Between knots the picture moves linearly. */
export const CELL = 16;

/** Where each knot of the output grid looks in the source, in output pixels from the top left corner. */
export interface WarpGrid {
  columns: number;
  rows: number;
  u: Float64Array;
  v: Float64Array;
}

export function createGrid({ width, height }: Size): WarpGrid {
  const columns = Math.ceil(width / CELL) + 1;
  const rows = Math.ceil(height / CELL) + 1;
  return { columns, rows, u: new Float64Array(columns * rows), v: new Float64Array(columns * rows) };
}

const { imul } = Math;
const ONE = 65536;

/** Knots of one grid row in 16.16 fixed point of the source plane, kept inside it by one pixel. */
function fixedRow(
  knots: Float64Array,
  offset: number,
  columns: number,
  scale: number,
  limit: number,
  out: Int32Array,
) {
  const max = (limit - 1) * ONE - 2;
  for (let i = 0; i < columns; i += 1) {
    const value = ((knots[offset + i] ?? 0) * scale - 0.5) * ONE;
    out[i] = value < 0 ? 0 : Math.min(value, max);
  }
}

/** One output row inside one cell: linear steps through the source, bilinear between its pixels. */
function sampleSpan(
  src: Plane,
  dst: Uint8Array,
  from: number,
  to: number,
  u: number,
  v: number,
  du: number,
  dv: number,
) {
  const { data, width } = src;
  let x = u | 0;
  let y = v | 0;
  // Everything stays a 32-bit integer: `imul` and `| 0` keep the engine from going over to doubles.
  for (let at = from; at < to; at += 1) {
    const index = (imul(y >> 16, width) + (x >> 16)) | 0;
    const low = (index + width) | 0;
    const fx = (x >> 8) & 255;
    const a = data[index] as number;
    const b = data[index + 1] as number;
    const c = data[low] as number;
    const d = data[low + 1] as number;
    const top = ((a << 8) + imul(b - a, fx)) | 0;
    const bottom = ((c << 8) + imul(d - c, fx)) | 0;
    dst[at] = ((top << 8) + imul(bottom - top, (y >> 8) & 255) + 32768) >> 16;
    x = (x + du) | 0;
    y = (y + dv) | 0;
  }
}

/** Samples one plane through the grid. `cell` and `scale` are in pixels of this plane's output and source. */
function warpPlane(src: Plane, dst: Uint8Array, size: Size, grid: WarpGrid, cell: number, scale: number) {
  const { columns, rows } = grid;
  const row = () => new Int32Array(columns);
  const [u0, v0, u1, v1] = [row(), row(), row(), row()];
  for (let gy = 0; gy < rows - 1; gy += 1) {
    fixedRow(grid.u, gy * columns, columns, scale, src.width, u0);
    fixedRow(grid.v, gy * columns, columns, scale, src.height, v0);
    fixedRow(grid.u, (gy + 1) * columns, columns, scale, src.width, u1);
    fixedRow(grid.v, (gy + 1) * columns, columns, scale, src.height, v1);
    const lastY = Math.min(size.height, (gy + 1) * cell);
    for (let y = gy * cell; y < lastY; y += 1) {
      warpRow(src, dst, size.width, y, (y + 0.5 - gy * cell) / cell, cell, u0, v0, u1, v1);
    }
  }
}

function warpRow(
  src: Plane,
  dst: Uint8Array,
  width: number,
  y: number,
  down: number,
  cell: number,
  u0: Int32Array,
  v0: Int32Array,
  u1: Int32Array,
  v1: Int32Array,
) {
  const at = (a: Int32Array, b: Int32Array, i: number) =>
    (a[i] as number) + ((b[i] as number) - (a[i] as number)) * down;
  for (let gx = 0, from = 0; from < width; gx += 1, from += cell) {
    const [u, v] = [at(u0, u1, gx), at(v0, v1, gx)];
    const du = (at(u0, u1, gx + 1) - u) / cell;
    const dv = (at(v0, v1, gx + 1) - v) / cell;
    const start = y * width;
    const to = start + Math.min(width, from + cell);
    sampleSpan(src, dst, start + from, to, (u + du / 2) | 0, (v + dv / 2) | 0, du | 0, dv | 0);
  }
}

/** Renders one yuv420p frame of `size`: luma, then Cb, then Cr, as ffmpeg's rawvideo wants them. */
export function warpFrame(source: SourcePlanes, size: Size, grid: WarpGrid): Uint8Array {
  const luma = size.width * size.height;
  const half = { width: size.width / 2, height: size.height / 2 };
  const frame = new Uint8Array(luma + luma / 2);
  warpPlane(source.y, frame.subarray(0, luma), size, grid, CELL, SUPERSAMPLING);
  warpPlane(source.cb, frame.subarray(luma, luma * 1.25), half, grid, CELL / 2, SUPERSAMPLING / 2);
  warpPlane(source.cr, frame.subarray(luma * 1.25), half, grid, CELL / 2, SUPERSAMPLING / 2);
  return frame;
}

/** `a * weight + b * (1 - weight)` in place of `a`; weight 0 to 1. */
export function mixInto(a: Uint8Array, b: Uint8Array, weight: number): void {
  const part = Math.round(weight * 256);
  for (let i = 0; i < a.length; i += 1) {
    a[i] = ((a[i] as number) * part + (b[i] as number) * (256 - part) + 128) >> 8;
  }
}
