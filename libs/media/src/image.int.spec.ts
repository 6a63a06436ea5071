import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { cropToAspect, inspectImage, measureImage, posterFrom } from './image.js';
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

describe('cropToAspect and posterFrom', () => {
  it.each([
    ['1:1', 400, 400],
    ['16:9', 640, 360],
    ['9:16', 224, 400],
    ['preserve', 640, 400],
  ] as const)('%s of 641x400 is %ix%i', async (aspect, width, height) => {
    const source = await photoLike({ width: 641, height: 400, seed: 2 });
    const crop = await cropToAspect(source, aspect);
    expect(await sharp(crop).metadata()).toMatchObject({ width, height, format: 'jpeg' });
  });

  it('makes posters with even sides below the maximum, showing the video crop', async () => {
    const source = await photoLike({ width: 801, height: 601, seed: 3 });
    const poster = await posterFrom(source, { aspect: '16:9', maxSide: 333 });
    const { width, height, format } = await sharp(poster).metadata();
    expect([width, height, format]).toEqual([334, 188, 'jpeg']);
    expect(await posterFrom(source, { aspect: '16:9', maxSide: 333 })).toEqual(poster);
  });
});
