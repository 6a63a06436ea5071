import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import sharp, { type Region } from 'sharp';
import { frameOf, inspectImage, measureImage, posterFrom } from './image.js';
import { photoLike } from './testing.js';

/** Real sharp on real bytes; nothing is faked. */
const plain = (width: number, height: number, background = '#336699') =>
  sharp({ create: { width, height, channels: 3, background } });

/** A real 300x300 PNG whose header claims 60000x60000: 10 GB of pixels once decoded. */
const bomb = await (async () => {
  const bytes = await plain(300, 300).png().toBuffer();
  bytes.writeUInt32BE(60_000, 16);
  bytes.writeUInt32BE(60_000, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
})();

describe('inspectImage', () => {
  it.each(['png', 'jpeg', 'webp'] as const)('knows a %s by its bytes', async (type) => {
    const bytes = await plain(300, 400).toFormat(type).toBuffer();
    expect(await inspectImage(bytes)).toEqual({
      type,
      contentType: `image/${type}`,
      width: 300,
      height: 400,
      bytes: bytes.length,
    });
  });

  it('reports the size as shown when EXIF turns the picture', async () => {
    const bytes = await plain(600, 300).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await inspectImage(bytes)).toMatchObject({ width: 300, height: 600 });
  });

  it.each([
    ['a gif', () => plain(300, 300).gif().toBuffer()],
    ['text', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['nothing', async () => Buffer.alloc(0)],
    ['255 pixels', () => plain(255, 300).png().toBuffer()],
    ['4097 pixels', () => plain(300, 4097).png().toBuffer()],
    ['a bomb', async () => bomb],
    ['half a file', async () => (await photoLike({ width: 400, height: 300, seed: 1 })).subarray(0, 9000)],
    ['only a header', async () => (await plain(300, 300).png().toBuffer()).subarray(0, 40)],
  ])('refuses %s as source_unsupported', async (_, make) => {
    await expect(inspectImage(await make())).rejects.toMatchObject({ code: 'source_unsupported' });
  });

  it('refuses more than 10 MB as source_too_large before looking inside', async () => {
    await expect(inspectImage(Buffer.alloc(10 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: 'source_too_large',
    });
  });
});

describe('measureImage', () => {
  it('sees colour, brightness and orientation', async () => {
    const red = await measureImage(await plain(600, 300, '#ff0000').png().toBuffer());
    expect(red).toMatchObject({ palette: ['#ff0000'], orientation: 'landscape', contrast: 0 });
    const white = await measureImage(await plain(300, 600, '#ffffff').png().toBuffer());
    expect(white).toMatchObject({ brightness: 1, orientation: 'portrait', saturation: 0 });
  });

  it('finds the subject where the detail is', async () => {
    const detail = await sharp(await photoLike({ width: 200, height: 200, seed: 5 })).toBuffer();
    const bytes = await plain(800, 400)
      .composite([{ input: detail, left: 560, top: 150 }])
      .png()
      .toBuffer();
    const { subject } = await measureImage(bytes);
    expect(subject.x).toBeGreaterThan(0.6);
    expect(subject.y).toBeGreaterThan(0.3);
    expect(subject.weight).toBeGreaterThan(0.4);
  });
});

/** Mean difference of two pictures' channels, 0 to 255, both shrunk to the same small size. */
async function difference(a: Buffer, b: Buffer): Promise<number> {
  const small = (bytes: Buffer) =>
    sharp(bytes).resize({ width: 64, height: 64, fit: 'fill' }).removeAlpha().raw().toBuffer();
  const [one, other] = [await small(a), await small(b)];
  return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / one.length;
}

/** A plain picture with a photograph in a part of it. */
const withSubject = async (size: { width: number; height: number }, at: Region) => {
  const input = await photoLike({ width: at.width, height: at.height, seed: 5 });
  return plain(size.width, size.height, '#335577')
    .composite([{ input, left: at.left, top: at.top }])
    .png()
    .toBuffer();
};

describe('frameOf and posterFrom', () => {
  it.each([
    ['1:1', 400, 400],
    ['16:9', 640, 360],
    ['9:16', 224, 400],
    ['preserve', 640, 400],
  ] as const)('%s of 641x400 is %ix%i', async (aspect, width, height) => {
    const source = await photoLike({ width: 641, height: 400, seed: 2 });
    const frame = await frameOf(source, { aspect });
    expect(await sharp(frame).metadata()).toMatchObject({ width, height, format: 'jpeg' });
    expect(await frameOf(source, { aspect })).toEqual(frame);
  });

  it('crop where the subject is', async () => {
    const source = await withSubject(
      { width: 1200, height: 400 },
      { left: 860, top: 60, width: 220, height: 280 },
    );
    const frame = await frameOf(source, { aspect: '1:1' });
    const subject = await sharp(frame).extract({ left: 60, top: 60, width: 220, height: 280 }).toBuffer();
    const { subject: found } = await measureImage(frame);
    expect(found).toMatchObject({ weight: expect.any(Number) });
    expect(found.x + found.width / 2).toBeCloseTo(0.5, 0);
    expect((await measureImage(subject)).contrast).toBeGreaterThan(0.1);
  });

  it('extend rather than cut a subject that no crop could hold', async () => {
    const subject = { left: 175, top: 125, width: 450, height: 200 };
    const source = await withSubject({ width: 800, height: 450 }, subject);
    const frame = await frameOf(source, { aspect: '9:16' });
    expect(await sharp(frame).metadata()).toMatchObject({ width: 800, height: 1422 });
    const part = (top: number) => sharp(frame).extract({ left: 0, top, width: 800, height: 450 }).toBuffer();
    expect(await difference(await part(486), source)).toBeLessThan(2);
    const blurred = async (picture: Buffer) => difference(picture, await sharp(picture).blur(40).toBuffer());
    expect(await blurred(await part(0))).toBeLessThan(2);
    expect(await blurred(source)).toBeGreaterThan(6);
  });

  it('crop texture, which is everywhere and no subject', async () => {
    const source = await photoLike({ width: 800, height: 450, seed: 3 });
    expect(await sharp(await frameOf(source, { aspect: '9:16' })).metadata()).toMatchObject({
      width: 252,
      height: 450,
    });
  });

  it.each(['1:1', '9:16', '16:9', 'preserve'] as const)('show the same of the source: %s', async (aspect) => {
    const source = await withSubject(
      { width: 1200, height: 700 },
      { left: 700, top: 200, width: 300, height: 300 },
    );
    const poster = await posterFrom(source, { aspect, maxSide: 400 });
    expect(await difference(poster, await frameOf(source, { aspect }))).toBeLessThan(2);
  });

  it('turn a picture upright before they cut it', async () => {
    const upright = await withSubject(
      { width: 500, height: 900 },
      { left: 100, top: 560, width: 300, height: 260 },
    );
    const turned = await sharp(upright).rotate(-90).png().toBuffer();
    const marked = await sharp(turned).withMetadata({ orientation: 6 }).png().toBuffer();
    const frames = [
      await frameOf(upright, { aspect: '1:1' }),
      await frameOf(marked, { aspect: '1:1' }),
    ] as const;
    expect(await difference(...frames)).toBeLessThan(3);
  });

  it('are never larger than asked, sides even', async () => {
    const source = await photoLike({ width: 801, height: 601, seed: 3 });
    const poster = await posterFrom(source, { aspect: '16:9', maxSide: 333 });
    const { width, height, format } = await sharp(poster).metadata();
    expect([width, height, format]).toEqual([334, 188, 'jpeg']);
    const frame = await sharp(await frameOf(source, { aspect: '16:9', maxSide: 333 })).metadata();
    expect([frame.width, frame.height]).toEqual([334, 188]);
  });
});
