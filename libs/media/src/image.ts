import sharp, { type Metadata } from 'sharp';
import { MediaError } from './media-error.js';

export { type ImageMeasures, measureImage } from './measure.js';

export type ImageType = 'png' | 'jpeg' | 'webp';
export type Aspect = 'preserve' | '1:1' | '16:9' | '9:16';

export interface ImageFacts {
  type: ImageType;
  contentType: `image/${ImageType}`;
  /** Pixels as shown, so with the EXIF orientation applied. */
  width: number;
  height: number;
  bytes: number;
}

/** 10 MB, as PRODUCT.md counts it. */
export const MAX_SOURCE_BYTES = 10 * 1024 * 1024;
export const MIN_SIDE = 256;
export const MAX_SIDE = 4096;
const MAX_PIXELS = MAX_SIDE * MAX_SIDE;

const unsupported = (message: string, cause?: unknown) =>
  new MediaError('source_unsupported', message, { cause });

/** Type by magic bytes alone (PNG 5.2, JPEG B.1.1.3, WebP RFC 9649 2.4); a name or header proves nothing. */
export function sniffImageType(bytes: Uint8Array): ImageType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16));
  if (head.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'png';
  if (head.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'jpeg';
  const isRiff = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP';
  return isRiff ? 'webp' : undefined;
}

/** Width and height as a viewer shows them: EXIF orientations 5 to 8 are quarter turns. */
function shownSize(meta: Metadata): { width: number; height: number } {
  const turned = (meta.orientation ?? 1) >= 5;
  return turned ? { width: meta.height, height: meta.width } : { width: meta.width, height: meta.height };
}

async function readHeader(bytes: Uint8Array, type: ImageType) {
  try {
    const meta = await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).metadata();
    if (meta.format !== type) throw new Error(`decoded as ${meta.format}`);
    return shownSize(meta);
  } catch (error) {
    throw unsupported(`not a readable ${type} image`, error);
  }
}

async function decodeOnce(bytes: Uint8Array): Promise<void> {
  try {
    await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).stats();
  } catch (error) {
    throw unsupported('the image is damaged', error);
  }
}

/**
 * Judges a source image: type by magic bytes, size from the header before a pixel is decoded, then
 * one whole decode. Sides are 256 to 4096 pixels.
 * @throws MediaError `source_too_large` above 10 MB, `source_unsupported` for everything else
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  if (bytes.byteLength > MAX_SOURCE_BYTES) {
    throw new MediaError('source_too_large', 'file exceeds 10 MB limit');
  }
  const type = sniffImageType(bytes);
  if (!type) throw unsupported('not a png, jpeg or webp image');
  const { width, height } = await readHeader(bytes, type);
  const sides = [width, height];
  if (sides.some((side) => side < MIN_SIDE || side > MAX_SIDE)) {
    throw unsupported(`${width}x${height} pixels: each side must be ${MIN_SIDE} to ${MAX_SIDE}`);
  }
  await decodeOnce(bytes);
  return { type, contentType: `image/${type}`, width, height, bytes: bytes.byteLength };
}

const RATIOS: Record<Exclude<Aspect, 'preserve'>, number> = { '1:1': 1, '16:9': 16 / 9, '9:16': 9 / 16 };

/** The largest even-sided rectangle of the asked aspect inside width x height, in pixels. */
export function aspectSize(width: number, height: number, aspect: Aspect): { width: number; height: number } {
  const even = (side: number) => Math.max(2, Math.floor(side / 2) * 2);
  if (aspect === 'preserve') return { width: even(width), height: even(height) };
  const ratio = RATIOS[aspect];
  return width / height > ratio
    ? { width: even(Math.round(height * ratio)), height: even(height) }
    : { width: even(width), height: even(Math.round(width / ratio)) };
}

/** Upright pixels of the asked aspect, centred on what stands out, before any encoding. */
async function cropped(bytes: Uint8Array, aspect: Aspect) {
  const upright = sharp(bytes, { limitInputPixels: MAX_PIXELS }).autoOrient();
  const size = aspectSize(...sidesOf(await upright.metadata()), aspect);
  return { size, pixels: upright.resize({ ...size, fit: 'cover', position: 'attention' }) };
}

function sidesOf(meta: Metadata): [number, number] {
  const { width, height } = shownSize(meta);
  return [width, height];
}

/**
 * Crops to the aspect around the most salient part, sides even; JPEG quality 95, transparency on white.
 * `preserve` only makes it upright and even. The same bytes give the same crop.
 */
export async function cropToAspect(bytes: Uint8Array, aspect: Aspect): Promise<Buffer> {
  const { pixels } = await cropped(bytes, aspect);
  return pixels
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

/** A poster JPEG with the crop of the video, longest side at most `maxSide` pixels, both sides even. */
export async function posterFrom(
  bytes: Uint8Array,
  { aspect, maxSide }: { aspect: Aspect; maxSide: number },
): Promise<Buffer> {
  const { size, pixels } = await cropped(bytes, aspect);
  const shrink = Math.min(1, maxSide / Math.max(size.width, size.height));
  const even = (side: number) => Math.max(2, Math.round((side * shrink) / 2) * 2);
  const crop = await pixels.flatten({ background: '#ffffff' }).png({ compressionLevel: 0 }).toBuffer();
  return sharp(crop)
    .resize({ width: even(size.width), height: even(size.height), fit: 'fill' })
    .jpeg({ quality: 86, progressive: true })
    .toBuffer();
}
