import sharp from 'sharp';

export interface Size {
  /** Pixels, both even. */
  width: number;
  height: number;
}

/** One colour component, one byte a pixel, row by row. */
export interface Plane extends Size {
  data: Uint8Array;
}

/** An image ready to be filmed: BT.709 limited range, each plane at twice the size it is sampled to. */
export interface SourcePlanes {
  y: Plane;
  cb: Plane;
  cr: Plane;
}

/**
 * Sources are kept at twice the output size. Bilinear sampling of them is smooth to 1/512 pixel and
 * softens every frame alike, where sampling at 1:1 would pulse between sharp and soft.
 */
export const SUPERSAMPLING = 2;

const MAX_INPUT_PIXELS = 64_000_000;

const clampByte = (value: number) => (value < 0 ? 0 : Math.min(value, 255));

function lumaPlane(rgb: Uint8Array, { width, height }: Size): Plane {
  const data = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < data.length; i += 1, j += 3) {
    const sum = 11966 * (rgb[j] ?? 0) + 40254 * (rgb[j + 1] ?? 0) + 4064 * (rgb[j + 2] ?? 0);
    data[i] = (sum + (16 << 16) + 32768) >> 16;
  }
  return { width, height, data };
}

function chromaPlanes(rgb: Uint8Array, { width, height }: Size): { cb: Plane; cr: Plane } {
  const cb = new Uint8Array(width * height);
  const cr = new Uint8Array(width * height);
  const half = (128 << 16) + 32768;
  for (let i = 0, j = 0; i < cb.length; i += 1, j += 3) {
    const r = rgb[j] ?? 0;
    const g = rgb[j + 1] ?? 0;
    const b = rgb[j + 2] ?? 0;
    cb[i] = clampByte((-6596 * r - 22189 * g + 28784 * b + half) >> 16);
    cr[i] = clampByte((28784 * r - 26145 * g - 2639 * b + half) >> 16);
  }
  return { cb: { width, height, data: cb }, cr: { width, height, data: cr } };
}

/**
 * Decodes an image, upright and on white, cropped to the shape of `output` around its centre.
 * @throws Error of sharp when the bytes are no image, or over 64 million pixels
 */
export async function loadSource(bytes: Uint8Array, output: Size): Promise<SourcePlanes> {
  const large = { width: output.width * SUPERSAMPLING, height: output.height * SUPERSAMPLING };
  const rgb = await sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ ...large, fit: 'cover', kernel: 'lanczos3' })
    .removeAlpha()
    .raw()
    .toBuffer();
  const small = await sharp(rgb, { raw: { ...large, channels: 3 } })
    .resize({ ...output, fit: 'fill' })
    .raw()
    .toBuffer();
  return { y: lumaPlane(rgb, large), ...chromaPlanes(small, output) };
}

/** Upright size of an image, from its header alone. */
export async function imageSize(bytes: Uint8Array): Promise<Size> {
  const {
    width,
    height,
    orientation = 1,
  } = await sharp(bytes, { limitInputPixels: MAX_INPUT_PIXELS }).metadata();
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
