import { inflatedSize } from './inflated-size.js';
import { LIMITS, refused } from './limits.js';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/**
 * Counts the chunks and frames of a PNG (W3C PNG 3rd ed., 5 and 11.3.5), without unpacking anything.
 * @throws MediaError source_unsupported
 */
export function checkPng(bytes: Buffer): void {
  for (const { type, data } of chunksOf(bytes)) {
    if (type === 'acTL' && data.length >= 4 && data.readUInt32BE(0) > LIMITS.frames)
      throw refused(`more than ${LIMITS.frames} frames`);
  }
}

/**
 * Unpacks a PNG as far as it may go and keeps nothing: a picture of 300x300 pixels has no use for a gigabyte of rows,
 * nor for one of text. Only for sides that were found small enough, since they say how much is allowed.
 * @throws MediaError source_unsupported
 */
export async function checkPngUnpacks(bytes: Buffer): Promise<void> {
  const chunks = chunksOf(bytes);
  const [header] = chunks;
  if (header?.type !== 'IHDR' || header.data.length !== 13) throw refused('not a readable png image');
  let left = LIMITS.inflatedParts;
  for (const { type, data } of chunks) {
    const packed = packedIn(type, data);
    if (packed) left -= await inflatedSize([packed], left);
    if (left < 0) throw refused(`its texts and profiles unpack to more than ${LIMITS.inflatedParts} bytes`);
  }
  const rows = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const most = rowBytes(header.data) + LIMITS.inflatedRest;
  if ((await inflatedSize(rows, most)) > most) throw refused('it unpacks to more than its pixels need');
}

function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    const chunk = { type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end) };
    if (chunks.push(chunk) > LIMITS.parts) throw refused(`more than ${LIMITS.parts} chunks`);
    if (chunk.type === 'IEND') break;
    at = end + 4;
  }
  return chunks;
}

/** The compressed part of a colour profile or text (PNG 11.3.2.3, 11.3.3.3, 11.3.3.4). */
function packedIn(type: string, data: Buffer): Buffer | undefined {
  const keywordEnd = data.indexOf(0);
  if (type === 'iCCP' || type === 'zTXt') return data.subarray(keywordEnd + 2);
  if (type !== 'iTXt' || data[keywordEnd + 1] !== 1) return undefined;
  const languageEnd = data.indexOf(0, keywordEnd + 3);
  return data.subarray(data.indexOf(0, languageEnd + 1) + 1);
}

/** Channels by colour type (PNG 11.2.1). */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Bytes of all rows with their filter bytes (PNG 7.2); seven interlaced pictures add less than two for each row each. */
function rowBytes(header: Buffer): number {
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bits = (header[8] ?? 0) * (CHANNELS[header[9] ?? 0] ?? 4);
  const rows = height * (1 + Math.ceil((width * bits) / 8));
  return header[12] === 1 ? rows + 7 * 2 * (height + 1) : rows;
}
