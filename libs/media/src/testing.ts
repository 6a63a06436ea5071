import sharp from 'sharp';

// Taken out of the global once: in a Jest sandbox every look-up of a global is slow.
const { exp, floor, imul, sqrt } = Math;

export interface PhotoLike {
  /** Pixels. */
  width: number;
  height: number;
  /** Another seed is another picture. */
  seed: number;
}

/** Mulberry32: small, fast and the same everywhere. Returns numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = imul(state ^ (state >>> 15), state | 1);
    t ^= t + imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Field = (x: number, y: number) => number;
const GRID = 64;

/** Smooth noise of one octave: random values on a torus of 64 x 64 knots, cubic in between. */
function octave(random: () => number, frequency: number): Field {
  const knots = Float32Array.from({ length: GRID * GRID }, random);
  const at = (x: number, y: number) => knots[(y & (GRID - 1)) * GRID + (x & (GRID - 1))] ?? 0;
  const ease = (t: number) => t * t * (3 - 2 * t);
  return (x, y) => {
    const u = x * frequency;
    const v = y * frequency;
    const i = floor(u);
    const j = floor(v);
    const s = ease(u - i);
    const t = ease(v - j);
    const top = at(i, j) + (at(i + 1, j) - at(i, j)) * s;
    const bottom = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * s;
    return top + (bottom - top) * t;
  };
}

/** Five octaves from hills to grain, amplitude falling like the spectrum of photographs. Mean 0. */
function texture(random: () => number): Field {
  const layers = [3, 7, 17, 39, 95].map((frequency, i) => ({
    field: octave(random, frequency),
    gain: 0.6 ** i,
  }));
  return (x, y) => {
    let sum = 0;
    for (const { field, gain } of layers) sum += (field(x, y) - 0.5) * gain;
    return sum;
  };
}

interface Disc {
  x: number;
  y: number;
  radius: number;
  colour: [number, number, number];
}

function discs(random: () => number): Disc[] {
  return Array.from({ length: 7 }, () => ({
    x: random(),
    y: random(),
    radius: 0.04 + 0.14 * random(),
    colour: [255 * random(), 255 * random(), 255 * random()],
  }));
}

type Painter = (x: number, y: number, out: Uint8ClampedArray, at: number) => void;

function paint(random: () => number, aspect: number): Painter {
  const grain = texture(random);
  const shapes = discs(random);
  const sky = [90 + 60 * random(), 130 + 60 * random(), 190 + 50 * random()];
  const ground = [120 + 80 * random(), 90 + 60 * random(), 40 + 50 * random()];
  const colour = new Float64Array(3);
  return (x, y, out, at) => {
    const down = 1 / (1 + exp(-12 * (y - 0.55)));
    const rough = 110 * grain(x * aspect, y);
    for (let c = 0; c < 3; c += 1) {
      colour[c] = (sky[c] ?? 0) * (1 - down) + (ground[c] ?? 0) * down + rough;
    }
    for (const disc of shapes) {
      const dx = (x - disc.x) * aspect;
      const dy = y - disc.y;
      const distance = sqrt(dx * dx + dy * dy) / disc.radius;
      if (distance >= 1) continue;
      const cover = (distance < 11 / 12 ? 1 : (1 - distance) * 12) * 0.85;
      const shade = 1.1 - 0.4 * distance;
      for (let c = 0; c < 3; c += 1) {
        colour[c] = (colour[c] ?? 0) * (1 - cover) + (disc.colour[c] ?? 0) * shade * cover;
      }
    }
    out.set(colour, at);
  };
}

/**
 * A JPEG that behaves like a photograph in tests: gradients, shaded shapes and texture at all scales,
 * and the same bytes for the same arguments. For tests only.
 */
export async function photoLike({ width, height, seed }: PhotoLike): Promise<Buffer> {
  const paintAt = paint(randomFrom(seed), width / height);
  const pixels = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      paintAt((x + 0.5) / width, (y + 0.5) / height, pixels, (y * width + x) * 3);
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}
