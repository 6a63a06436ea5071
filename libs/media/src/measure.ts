import sharp from 'sharp';

export interface ImageMeasures {
  /** Up to five colours, most frequent first, as `#rrggbb`. */
  palette: string[];
  /** Standard deviation of luma over half its range: 0 flat, about 1 black-and-white. */
  contrast: number;
  /** Mean luma, 0 black to 1 white. */
  brightness: number;
  /** Mean HSV saturation, 0 to 1. */
  saturation: number;
  orientation: 'landscape' | 'portrait' | 'square';
  /** Where the detail is, as fractions of width and height; `weight` is the part of all detail inside. */
  subject: { x: number; y: number; width: number; height: number; weight: number };
}

const SIDE = 96;
const PALETTE_SIZE = 5;

interface Pixels {
  data: Buffer;
  width: number;
  height: number;
}

async function shrink(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ width: SIDE, height: SIDE, fit: 'inside' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Luma of BT.601 per pixel, 0 to 255. */
function lumaOf({ data, width, height }: Pixels): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [r = 0, g = 0, b = 0] = data.subarray(i * 3, i * 3 + 3);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
}

/** Counts colours in cells of 32 levels a channel and names each cell by the mean of its members. */
function paletteOf({ data }: Pixels): string[] {
  const cells = new Map<number, [number, number, number, number]>();
  for (let i = 0; i < data.length; i += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
    const key = ((r >> 5) << 6) | ((g >> 5) << 3) | (b >> 5);
    const cell = cells.get(key) ?? [0, 0, 0, 0];
    cells.set(key, [cell[0] + 1, cell[1] + r, cell[2] + g, cell[3] + b]);
  }
  const hex = (value: number) => Math.round(value).toString(16).padStart(2, '0');
  return [...cells.entries()]
    .sort(([keyA, a], [keyB, b]) => b[0] - a[0] || keyA - keyB)
    .slice(0, PALETTE_SIZE)
    .map(([, [n, r, g, b]]) => `#${hex(r / n)}${hex(g / n)}${hex(b / n)}`);
}

function saturationOf({ data }: Pixels): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    const [r = 0, g = 0, b = 0] = data.subarray(i, i + 3);
    const max = Math.max(r, g, b);
    sum += max === 0 ? 0 : (max - Math.min(r, g, b)) / max;
  }
  return sum / (data.length / 3);
}

/** Gradient energy, doubled towards the centre since photographers put their subject there. */
function detailOf(luma: Float32Array, width: number, height: number): Float32Array {
  const detail = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const i = y * width + x;
      const dx = (luma[i + 1] ?? 0) - (luma[i - 1] ?? 0);
      const dy = (luma[i + width] ?? 0) - (luma[i - width] ?? 0);
      const fromCentre = Math.hypot(x / width - 0.5, y / height - 0.5);
      detail[i] = Math.hypot(dx, dy) * (1 + Math.max(0, 1 - 2 * fromCentre));
    }
  }
  return detail;
}

/** The range of a profile between its 15th and 85th percentile, as fractions of its length. */
function middle(profile: number[], total: number): [number, number] {
  let sum = 0;
  let from = 0;
  let to = profile.length;
  profile.forEach((value, i) => {
    if (sum < 0.15 * total) from = i;
    if (sum < 0.85 * total) to = i + 1;
    sum += value;
  });
  return [from / profile.length, to / profile.length];
}

function profilesOf(detail: Float32Array, width: number, height: number) {
  const columns = new Array<number>(width).fill(0);
  const rows = new Array<number>(height).fill(0);
  detail.forEach((value, i) => {
    columns[i % width] = (columns[i % width] ?? 0) + value;
    rows[Math.floor(i / width)] = (rows[Math.floor(i / width)] ?? 0) + value;
  });
  return { columns, rows };
}

function subjectOf(detail: Float32Array, width: number, height: number): ImageMeasures['subject'] {
  const { columns, rows } = profilesOf(detail, width, height);
  const total = columns.reduce((sum, value) => sum + value, 0);
  if (total === 0) return { x: 0.25, y: 0.25, width: 0.5, height: 0.5, weight: 0 };
  const [left, right] = middle(columns, total);
  const [top, bottom] = middle(rows, total);
  let inside = 0;
  detail.forEach((value, i) => {
    const x = ((i % width) + 0.5) / width;
    const y = (Math.floor(i / width) + 0.5) / height;
    if (x >= left && x <= right && y >= top && y <= bottom) inside += value;
  });
  return { x: left, y: top, width: right - left, height: bottom - top, weight: inside / total };
}

function orientationOf(width: number, height: number): ImageMeasures['orientation'] {
  if (Math.abs(width - height) <= 0.05 * Math.max(width, height)) return 'square';
  return width > height ? 'landscape' : 'portrait';
}

/** Measures what a motion prompt can be made of. Same bytes, same numbers; any image sharp can decode. */
export async function measureImage(bytes: Uint8Array): Promise<ImageMeasures> {
  const pixels = await shrink(bytes);
  const { width, height } = pixels;
  const luma = lumaOf(pixels);
  const mean = luma.reduce((a, b) => a + b, 0) / luma.length;
  const variance = luma.reduce((sum, value) => sum + (value - mean) ** 2, 0) / luma.length;
  return {
    palette: paletteOf(pixels),
    contrast: Math.min(1, Math.sqrt(variance) / 127.5),
    brightness: mean / 255,
    saturation: saturationOf(pixels),
    orientation: orientationOf(width, height),
    subject: subjectOf(detailOf(luma, width, height), width, height),
  };
}

/** Where the detail is: summed over each column and each row of a small copy, left to right and top to bottom. */
export interface DetailProfile {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** How detail is spread over an image as a viewer sees it. Same bytes, same numbers. */
export async function detailProfileOf(bytes: Uint8Array): Promise<DetailProfile> {
  const pixels = await shrink(bytes);
  const { width, height } = pixels;
  return profilesOf(detailOf(lumaOf(pixels), width, height), width, height);
}
