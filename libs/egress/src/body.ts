import { EgressError } from './errors.js';

export interface BodyCap {
  readonly maxBytes: number;
  readonly onTooLarge?: 'error' | 'truncate';
}

/**
 * Reads a body up to a cap, never holding more than the cap and one chunk in memory.
 *
 * @param declared the Content-Length header, which may lie: it refuses early, it never permits
 * @throws EgressError too_large
 */
export async function readCapped(
  body: AsyncIterable<Uint8Array>,
  declared: string | string[] | undefined,
  { maxBytes, onTooLarge = 'error' }: BodyCap,
): Promise<{ bytes: Buffer; truncated: boolean }> {
  if (onTooLarge === 'error' && Number(declared) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.byteLength;
    if (length <= maxBytes) continue;
    if (onTooLarge === 'error') throw tooLarge(maxBytes);
    return { bytes: Buffer.concat(chunks, maxBytes), truncated: true };
  }
  return { bytes: Buffer.concat(chunks, length), truncated: false };
}

function tooLarge(maxBytes: number): EgressError {
  return new EgressError('too_large', `the answer is longer than ${maxBytes} bytes`);
}
