import type { ImageType } from '../image.js';
import { checkJpeg } from './jpeg-structure.js';
import { checkPng, checkPngUnpacks } from './png-structure.js';
import { checkWebp } from './webp-structure.js';

const CHECKS = { png: checkPng, jpeg: checkJpeg, webp: checkWebp } as const;

/**
 * Refuses a picture whose container costs a decoder far more than its pixels do. Reads the container alone, so it
 * comes before every other reader.
 * @throws MediaError source_unsupported
 */
export function checkStructure(bytes: Uint8Array, type: ImageType): void {
  CHECKS[type](asBuffer(bytes));
}

/**
 * Refuses a picture whose data unpack to more than its pixels need; its sides must have been judged before.
 * @throws MediaError source_unsupported
 */
export async function checkUnpacks(bytes: Uint8Array, type: ImageType): Promise<void> {
  if (type === 'png') await checkPngUnpacks(asBuffer(bytes));
}

const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
