import { describe, expect, it } from '@jest/globals';
import {
  assetPrefixes,
  checkKey,
  generationPrefix,
  posterKey,
  sourceKey,
  stageKey,
  stagesPrefix,
  uploadKey,
  videoKey,
} from './keys.js';

const ASSET = '0123456789abcdef0123456789abcdef';
const HASH = 'ab'.repeat(32);
const invalid = expect.objectContaining({ name: 'ObjectStoreError', code: 'invalid_key' });
const thrownBy = (build: () => unknown) => {
  try {
    return build();
  } catch (error) {
    return error;
  }
};

describe('object keys', () => {
  it('are spelled as the documents have them', () => {
    expect(videoKey(ASSET, 12, HASH)).toBe(`${ASSET}/12/${HASH}.mp4`);
    expect(posterKey(ASSET, HASH)).toBe(`${ASSET}/poster/${HASH}.jpg`);
    expect(sourceKey(ASSET, 12, HASH)).toBe(`stages/${ASSET}/12/source/${HASH}`);
    expect(uploadKey(HASH, 'webp')).toBe(`uploads/${HASH}.webp`);
    expect(stageKey(ASSET, 12, 'stage1', 2, HASH)).toBe(`stages/${ASSET}/12/stage1/2/${HASH}.mp4`);
    expect(stageKey(ASSET, 12, 'r2_write', 1, HASH, 'png')).toBe(`stages/${ASSET}/12/r2_write/1/${HASH}.png`);
  });

  it('pass the stores’ own check', () => {
    const keys = [videoKey(ASSET, 1, HASH), posterKey(ASSET, HASH), uploadKey(HASH, 'png')];
    for (const key of [...keys, sourceKey(ASSET, 1, HASH), stageKey(ASSET, 1, 'merge', 1, HASH)])
      expect(checkKey(key)).toBe(key);
  });

  it('leave a generation’s prefix to its video alone, also beside generation 10', () => {
    const prefix = generationPrefix(ASSET, 1);
    expect(videoKey(ASSET, 1, HASH).startsWith(prefix)).toBe(true);
    const others = [videoKey(ASSET, 10, HASH), posterKey(ASSET, HASH), stageKey(ASSET, 1, 'stage1', 1, HASH)];
    for (const key of others) expect([key, key.startsWith(prefix)]).toEqual([key, false]);
    expect(stageKey(ASSET, 1, 'stage1', 1, HASH).startsWith(stagesPrefix(ASSET, 1))).toBe(true);
  });

  it('of one asset are found by its prefixes, those it shares are not', () => {
    const work = [stageKey(ASSET, 1, 'stage1', 1, HASH), sourceKey(ASSET, 1, HASH)];
    const own = [videoKey(ASSET, 1, HASH), posterKey(ASSET, HASH), ...work];
    const found = (key: string) => assetPrefixes(ASSET).some((prefix) => key.startsWith(prefix));
    expect(own.map(found)).toEqual([true, true, true, true]);
    expect(work.every((key) => key.startsWith(stagesPrefix(ASSET, 1)))).toBe(true);
    expect(found(uploadKey(HASH, 'png'))).toBe(false);
  });

  it.each<[string, () => unknown]>([
    ['an asset id that climbs', () => videoKey('../../etc/passwd', 1, HASH)],
    ['an asset id in capitals', () => posterKey(ASSET.toUpperCase(), HASH)],
    ['generation 0', () => videoKey(ASSET, 0, HASH)],
    ['half a generation', () => videoKey(ASSET, 1.5, HASH)],
    ['attempt 0', () => stageKey(ASSET, 1, 'stage1', 0, HASH)],
    ['a hash that is none', () => sourceKey(ASSET, 1, 'abc')],
    ['an extension with a slash', () => uploadKey(HASH, 'png/../x')],
    ['a stage with a slash', () => stageKey(ASSET, 1, 'a/b', 1, HASH)],
    ['a key of more than 512 characters', () => checkKey('abcdefg/'.repeat(64).concat('x'))],
  ])('are not built from %s', (_what, build) => {
    expect(thrownBy(build)).toEqual(invalid);
  });
});
