import { crc32, deflateSync } from 'node:zlib';

/** Pictures made to cost their reader far more than their maker, for tests only. All are well-formed. */

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

export function pngChunk(type: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** A PNG of 300x300 black pixels (8 bits, three channels), with `extra` chunks and `rest` bytes behind its rows. */
export function pngWith(extra: readonly Buffer[], rest = 0, size = 300): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  const rows = deflateSync(Buffer.alloc(size * (1 + size * 3) + rest));
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', rows),
    pngChunk('IEND'),
  ]);
}

/** A text or colour profile chunk that unpacks to `bytes` zeros. */
export const packedChunk = (type: 'zTXt' | 'iCCP' | 'iTXt', bytes: number): Buffer =>
  pngChunk(
    type,
    Buffer.concat([
      Buffer.from(type === 'iTXt' ? 'a\0\x01\0\0\0' : 'a\0\0', 'latin1'),
      deflateSync(Buffer.alloc(bytes)),
    ]),
  );

const u24 = (value: number) => Buffer.from([value & 255, (value >> 8) & 255, (value >> 16) & 255]);

function riffChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8, type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** An animated WebP: a whole first frame, then `frames - 1` of one pixel. `still`, `pixel`: WebP files. */
export function webpOf(frames: number, still: Buffer, pixel: Buffer, side = 300): Buffer {
  const frame = (picture: Buffer, last: number) =>
    riffChunk(
      'ANMF',
      Buffer.concat([u24(0), u24(0), u24(last), u24(last), u24(10), Buffer.from([0]), picture.subarray(12)]),
    );
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    riffChunk('VP8X', Buffer.concat([Buffer.from([2, 0, 0, 0]), u24(side - 1), u24(side - 1)])),
    riffChunk('ANIM', Buffer.alloc(6)),
    frame(still, side - 1),
    ...Array<Buffer>(frames - 1).fill(frame(pixel, 0)),
  ]);
  return riffChunk('RIFF', body);
}

const segment = (marker: number, ...data: number[]): Buffer =>
  Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);

/** A Huffman table whose only code, `0`, is this symbol (T.81 B.2.4.2). */
const oneSymbol = (tableClass: 0 | 1, symbol: number): Buffer =>
  segment(0xc4, tableClass << 4, 1, ...Array<number>(15).fill(0), symbol);

/**
 * A gray progressive JPEG of `scans` scans, each valid and nearly empty: runs of 2^14 blocks without a coefficient
 * (T.81 G.1.2.2), coefficient by coefficient and bit by bit. `between`: stands before each scan but the first.
 */
export function jpegOf(scans: number, side = 300, between: Buffer = Buffer.alloc(0)): Buffer {
  const blocks = Math.ceil(side / 8) ** 2;
  const empty = Buffer.alloc(Math.ceil((15 * Math.ceil(blocks / 2 ** 14)) / 8));
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, 0, ...Array<number>(64).fill(1)),
    segment(0xc2, 8, side >> 8, side & 255, side >> 8, side & 255, 1, 1, 0x11, 0),
    oneSymbol(0, 0),
    segment(0xda, 1, 1, 0, 0, 0, 0),
    Buffer.alloc(Math.ceil(blocks / 8)),
    oneSymbol(1, 0xe0),
  ];
  for (let scan = 1; scan < scans; scan += 1) {
    const coefficient = 1 + Math.floor((scan - 1) / 14);
    const bit = 13 - ((scan - 1) % 14);
    const approximation = ((bit === 13 ? 0 : bit + 1) << 4) | bit;
    parts.push(between, segment(0xda, 1, 1, 0, coefficient, coefficient, approximation), empty);
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
}
