import { MediaError } from '../media-error.js';

/**
 * What a picture's container may hold. Each number is far above what encoders write and far below what costs a decoder
 * seconds: 200 kB of JPEG in 2,600 scans took one 35 s, 5 MB of WebP in 100,000 frames 76 s, before these were counted.
 */
export const LIMITS = {
  /** Chunks of a PNG or WebP; encoders cut 10 MB into 1,300 at most. */
  parts: 10_000,
  /** Frames of a WebP or PNG; only the first is used, but a decoder walks all of them, for each of them. */
  frames: 1_000,
  /** Scans of a JPEG; progressive encoders write 10, 18 for four colours (libjpeg's `jpeg_simple_progression`). */
  scans: 32,
  /** Colour profile and texts of a PNG once unpacked, together, bytes; profiles of printing presses have 3 MB. */
  inflatedParts: 8 * 1024 * 1024,
  /** What encoders leave behind the last row of a PNG, bytes. */
  inflatedRest: 64 * 1024,
} as const;

export const refused = (message: string, cause?: unknown): MediaError =>
  new MediaError('source_unsupported', message, { cause });
