import sharp, { type Metadata, type Sharp } from 'sharp';
import { type Aspect, framingFor, type Size } from './framing.js';
import { detailProfileOf } from './measure.js';
import { MediaError } from './media-error.js';
import { checkStructure, checkUnpacks } from './structure/check-structure.js';

export { type Aspect, aspectSize } from './framing.js';
export { type ImageMeasures, measureImage } from './measure.js';

export type ImageType = 'png' | 'jpeg' | 'webp';

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

/** The dearest picture allowed takes half a second; whatever takes this long was made to. */
const DECODE_SECONDS = 30;

/** Every row is read, since none may be missing; shrinking while loading would leave some out. */
async function decodeOnce(bytes: Uint8Array): Promise<void> {
  try {
    await sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' })
      .resize(16, 16, { fit: 'fill', fastShrinkOnLoad: false })
      .timeout({ seconds: DECODE_SECONDS })
      .raw()
      .toBuffer();
  } catch (error) {
    throw unsupported('the image is damaged', error);
  }
}

/**
 * Judges a source image: type by magic bytes, what the container holds, size from the header before a pixel is
 * decoded, how far it unpacks, then one whole decode. Sides are 256 to 4096 pixels. Of an animated one the first
 * frame counts.
 * @throws MediaError `source_too_large` above 10 MB, `source_unsupported` for everything else
 */
export async function inspectImage(bytes: Uint8Array): Promise<ImageFacts> {
  if (bytes.byteLength > MAX_SOURCE_BYTES) {
    throw new MediaError('source_too_large', 'file exceeds 10 MB limit');
  }
  const type = sniffImageType(bytes);
  if (!type) throw unsupported('not a png, jpeg or webp image');
  checkStructure(bytes, type);
  const { width, height } = await readHeader(bytes, type);
  const sides = [width, height];
  if (sides.some((side) => side < MIN_SIDE || side > MAX_SIDE)) {
    throw unsupported(`${width}x${height} pixels: each side must be ${MIN_SIDE} to ${MAX_SIDE}`);
  }
  await checkUnpacks(bytes, type);
  await decodeOnce(bytes);
  return { type, contentType: `image/${type}`, width, height, bytes: bytes.byteLength };
}

function sidesOf(meta: Metadata): [number, number] {
  const { width, height } = shownSize(meta);
  return [width, height];
}

/** The upright picture in the asked aspect: one rule for what a model is given and for the poster. */
async function framed(bytes: Uint8Array, aspect: Aspect): Promise<{ size: Size; picture: Sharp }> {
  const [width, height] = sidesOf(await opened(bytes).metadata());
  const framing = framingFor({ width, height }, aspect, await detailProfileOf(bytes));
  if (framing.kind === 'extend') return { size: framing, picture: await extended(bytes, framing) };
  const { kind, ...area } = framing;
  return { size: area, picture: opened(bytes).flatten(PAPER).extract(area) };
}

const PAPER = { background: '#ffffff' };
const opened = (bytes: Uint8Array): Sharp => sharp(bytes, { limitInputPixels: MAX_PIXELS }).autoOrient();

/** Longest side of the copy that the surroundings are blurred in: so small that nothing is recognised in them. */
const BLUR_SIDE = 48;

/** The whole picture on a canvas, its surroundings filled with itself: enlarged, blurred and dimmed. */
async function extended(bytes: Uint8Array, canvas: Size): Promise<Sharp> {
  const shrink = BLUR_SIDE / Math.max(canvas.width, canvas.height);
  const small = { width: Math.ceil(canvas.width * shrink), height: Math.ceil(canvas.height * shrink) };
  const blurred = await opened(bytes)
    .flatten(PAPER)
    .resize({ ...small, fit: 'cover' })
    .blur(2)
    .modulate({ brightness: 0.85 })
    .png()
    .toBuffer();
  const whole = await opened(bytes)
    .flatten(PAPER)
    .resize({ ...canvas, fit: 'inside' })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const backdrop = sharp(blurred).resize({ ...canvas, fit: 'fill', kernel: 'cubic' });
  return sharp(
    await backdrop
      .composite([{ input: whole }])
      .png({ compressionLevel: 0 })
      .toBuffer(),
  );
}

export interface FrameOptions {
  readonly aspect: Aspect;
  /** Longest side of the result in pixels; default: as large as the source gives. */
  readonly maxSide?: number;
  /** JPEG quality; default 95 with full colour, for a model to work on. */
  readonly quality?: number;
}

/**
 * The frame that a model is given: the source in the asked aspect (`framingFor`), upright, sides even, transparency on
 * white, as JPEG. The same bytes give the same frame.
 */
export async function frameOf(bytes: Uint8Array, options: FrameOptions): Promise<Buffer> {
  const { aspect, maxSide = Number.POSITIVE_INFINITY, quality = 95 } = options;
  const { size, picture } = await framed(bytes, aspect);
  return fitted(picture, size, maxSide).jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** A poster JPEG with the very frame of the video, longest side at most `maxSide` pixels, both sides even. */
export async function posterFrom(
  bytes: Uint8Array,
  { aspect, maxSide }: { aspect: Aspect; maxSide: number },
): Promise<Buffer> {
  const { size, picture } = await framed(bytes, aspect);
  return fitted(picture, size, maxSide).jpeg({ quality: 86, progressive: true }).toBuffer();
}

function fitted(picture: Sharp, { width, height }: Size, maxSide: number): Sharp {
  const shrink = Math.min(1, maxSide / Math.max(width, height));
  if (shrink === 1) return picture;
  const even = (side: number) => Math.max(2, Math.round((side * shrink) / 2) * 2);
  return picture.resize({ width: even(width), height: even(height), fit: 'fill' });
}
