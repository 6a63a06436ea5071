import { availableParallelism } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import type { VideoFacts } from '@zoetrope/media/probe';
import { CLIP, KnownVideos, publishable, WorkPlaces } from './known-videos.js';

const facts = { frames: 48 } as VideoFacts;

describe('a known video', () => {
  it('is known for what was checked, and for nothing else', () => {
    const known = new KnownVideos();
    known.keep('aa', publishable(2_000), facts);
    expect(known.find('aa', publishable(2_000))).toBe(facts);
    expect(known.find('aa', publishable(3_000))).toBeUndefined();
    expect(known.find('aa', CLIP)).toBeUndefined();
    expect(known.find('bb', publishable(2_000))).toBeUndefined();
  });

  it('is forgotten when many have come since', () => {
    const known = new KnownVideos();
    for (let nth = 0; nth <= 512; nth += 1) known.keep(`${nth}`, CLIP, facts);
    expect([known.find('0', CLIP), known.find('1', CLIP), known.find('512', CLIP)]).toEqual([
      undefined,
      facts,
      facts,
    ]);
  });
});

describe('a place for work', () => {
  it('is waited for before anything has begun, and given on', async () => {
    const places = new WorkPlaces();
    const ends: (() => void)[] = [];
    const begin = () =>
      places.run(() => {
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.push(resolve);
        return promise;
      });
    const all = Array.from({ length: availableParallelism() + 2 }, begin);
    expect(ends).toHaveLength(availableParallelism() + 1);
    ends[0]?.();
    await all[0];
    await Promise.resolve();
    expect(ends).toHaveLength(availableParallelism() + 2);
    for (const end of ends) end();
    await Promise.all(all);
  });
});
