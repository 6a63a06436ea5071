import { LIMITS, refused } from './limits.js';

/**
 * Counts the chunks and the frames of a WebP (RFC 9649 2.3, 2.7): decoders look for each frame from the beginning, so
 * a hundred thousand frames of one pixel take minutes.
 * @throws MediaError source_unsupported
 */
export function checkWebp(bytes: Buffer): void {
  const end = Math.min(bytes.length, bytes.length < 8 ? 0 : 8 + bytes.readUInt32LE(4));
  let parts = 0;
  let frames = 0;
  for (let at = 12; at + 8 <= end; ) {
    if (++parts > LIMITS.parts) throw refused(`more than ${LIMITS.parts} chunks`);
    if (bytes.toString('latin1', at, at + 4) === 'ANMF' && ++frames > LIMITS.frames)
      throw refused(`more than ${LIMITS.frames} frames`);
    const size = bytes.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
}
