import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { inspectImage } from '../image.js';
import { photoLike } from '../testing.js';
import { jpegOf, packedChunk, pngChunk, pngWith, webpOf } from './bombs.js';
import { LIMITS } from './limits.js';

/** Real sharp, real zlib, real bombs; each is whole and would be decoded, given the time. */
const MB = 1024 * 1024;
const square = (side: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: '#369' } })
    .webp({ lossless: true })
    .toBuffer();
const [still, pixel] = [await square(300), await square(1)];
const said = (bytes: Buffer) =>
  inspectImage(bytes).then(
    ({ type, width }) => `${type} ${width}`,
    ({ code, message }) => `${code}: ${message}`,
  );
const frames = (count: number) => pngChunk('acTL', Buffer.from([0, 0, count >> 8, count & 255, 0, 0, 0, 0]));
const empty = (count: number) => Array<Buffer>(count).fill(pngChunk('teSt'));
/** A marker segment whose length reaches over a scan that a decoder sees, and one that a decoder never reads. */
const trailing = Buffer.concat(Array<Buffer>(100).fill(Buffer.from([0xff, 0xda, 0, 8, 1, 1, 0, 1, 1, 0])));

describe('a picture made to cost its reader', () => {
  it.each<[string, () => Buffer, string]>([
    ['rows of 100 MB for 300 pixels', () => pngWith([], 100 * MB), 'it unpacks to more than its pixels need'],
    ['a text of 100 MB', () => pngWith([packedChunk('zTXt', 100 * MB)]), 'texts and profiles'],
    ['an international text of 100 MB', () => pngWith([packedChunk('iTXt', 100 * MB)]), 'texts and profiles'],
    ['a colour profile of 100 MB', () => pngWith([packedChunk('iCCP', 100 * MB)]), 'texts and profiles'],
    [
      'a hundred texts of 1 MB',
      () => pngWith(Array<Buffer>(100).fill(packedChunk('zTXt', MB))),
      'texts and profiles',
    ],
    ['800,000 chunks', () => pngWith(empty(800_000)), 'more than 10000 chunks'],
    ['2,000 frames of a png', () => pngWith([frames(2_000)]), 'more than 1000 frames'],
    ['100,000 frames of a webp', () => webpOf(100_000, still, pixel), 'more than 1000 frames'],
    ['800 scans', () => jpegOf(800, 4_096), 'more than 32 scans'],
    ['40 scans with junk in between', () => jpegOf(40, 300, Buffer.from('junk ff')), 'more than 32 scans'],
    ['40 scans with padding in between', () => jpegOf(40, 300, Buffer.alloc(99, 255)), 'more than 32 scans'],
    [
      '40 scans hidden behind a marker of no decoder',
      () => jpegOf(40, 300, Buffer.from([0xff, 2, 0xff, 0xff])),
      'not a readable jpeg',
    ],
  ])('is refused: %s', async (_, make, why) => {
    const bytes = make();
    expect(bytes.length).toBeLessThan(10 * MB);
    const started = process.cpuUsage();
    expect(await said(bytes)).toContain(why);
    const { user, system } = process.cpuUsage(started);
    // Processor time, not the wall clock: undefended, the mildest of those that cost time takes longer.
    expect((user + system) / 1e6).toBeLessThan(3);
  });
});

describe('a picture of a real encoder', () => {
  it.each<[string, () => Buffer | Promise<Buffer>, string]>([
    ['progressive', () => sharp(still).jpeg({ progressive: true }).toBuffer(), 'jpeg 300'],
    [
      'progressive, optimised, four colours',
      () => sharp(still).toColourspace('cmyk').jpeg({ mozjpeg: true }).toBuffer(),
      'jpeg 300',
    ],
    ['as many scans as are allowed', () => jpegOf(LIMITS.scans), 'jpeg 300'],
    [
      'a jpeg with another file behind its end',
      async () => Buffer.concat([await photoLike({ width: 300, height: 300, seed: 1 }), trailing]),
      'jpeg 300',
    ],
    ['interlaced', () => sharp(still).png({ progressive: true }).toBuffer(), 'png 300'],
    ['with a palette', () => sharp(still).png({ palette: true }).toBuffer(), 'png 300'],
    ['of 16 bits', () => sharp(still).toColourspace('rgb16').png().toBuffer(), 'png 300'],
    ['with a colour profile', () => sharp(still).withIccProfile('p3').png().toBuffer(), 'png 300'],
    ['with a text of 2 MB', () => pngWith([packedChunk('iTXt', 2 * MB)]), 'png 300'],
    ['with a rest behind its rows', () => pngWith([], 1_000), 'png 300'],
    [
      'in thousands of pieces',
      () => {
        const whole = pngWith([]);
        const [before, after] = [whole.subarray(0, 33), whole.subarray(-12)];
        const pieces = [...deflateSync(Buffer.alloc(300 * 901))].map((byte) =>
          pngChunk('IDAT', Buffer.from([byte])),
        );
        return Buffer.concat([before, ...pieces, after]);
      },
      'png 300',
    ],
    ['animated', () => webpOf(200, still, pixel), 'webp 300'],
  ])('is taken: %s', async (_, make, what) => {
    expect(await said(await make())).toBe(what);
  });
});
