import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blend, outputFrames, planPicks, rampWeight, shifted } from './retime.js';

const positions = (counts: number[], total: number) =>
  planPicks(counts, total).map((c) => c.map((p) => p.position));

describe('outputFrames', () => {
  it.each<[string, number, number, number]>([
    ['every frame of a native loop', 96, 4, 96],
    ['every frame of a loop whose model rounds seconds up', 96, 3, 96],
    ['every second frame of one that is far too long', 96, 2, 48],
    ['every second of a fast crossfade loop', 160, 4, 80],
    ['every second of a shorter one', 160, 3, 80],
    ['every fourth of the shortest', 160, 2, 40],
    ['every frame of a slow one', 160, 8, 160],
    ['every frame of the longest animate-in that can be shown so', 96, 6, 96],
    ['twice as many for one too slow', 96, 8, 192],
    ['the nearest ones where no stride fits', 241, 2, 48],
    ['a picture that stands', 0, 2, 48],
  ])('takes %s: %i steps in %i s', (_what, steps, seconds, expected) => {
    expect(outputFrames(steps, seconds)).toBe(expected);
  });

  it('is always a rate that looks like film', () => {
    const clips = fc.tuple(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 2, max: 8 }));
    fc.assert(
      fc.property(clips, ([steps, seconds]) => {
        const fps = outputFrames(steps, seconds) / seconds;
        expect(fps).toBeGreaterThanOrEqual(15);
        expect(fps).toBeLessThanOrEqual(48);
      }),
    );
  });
});

describe('planPicks', () => {
  it('shows whole frames only, and the junction frame once, when the lengths fit', () => {
    const [first = [], second = []] = positions([49, 49], 96);
    expect(first).toEqual(Array.from({ length: 48 }, (_, i) => i));
    expect(second).toEqual(Array.from({ length: 48 }, (_, i) => i));
  });

  it('shows whole frames in even steps across the junction when it leaves some out', () => {
    expect(positions([6, 6], 5)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  it('gives each clip a share in proportion to its length', () => {
    const [first = [], second = []] = positions([25, 73], 48);
    expect([first.length, second.length]).toEqual([12, 36]);
  });

  it.each([
    [[2], 10],
    [[1], 5],
    [[81, 81], 192],
    [[121, 49, 30], 77],
  ])('fills exactly the asked number of frames from %j to %i', (counts, total) => {
    const all = positions(counts, total);
    expect(all.flat()).toHaveLength(total);
    for (const [i, clip] of all.entries()) {
      expect(clip).toEqual([...clip].sort((a, b) => a - b));
      for (const position of clip) expect(position).toBeLessThanOrEqual((counts[i] ?? 0) - 1);
    }
  });

  it('never shows the frame that the wrap shows again', () => {
    const lengths = fc.tuple(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 2, max: 200 }));
    fc.assert(
      fc.property(lengths, fc.integer({ min: 2, max: 8 }), ([a, b], seconds) => {
        const plan = positions([a, b], outputFrames(a + b - 2, seconds));
        expect(Math.max(...(plan[1] ?? []))).toBeLessThan(b - 1);
      }),
    );
  });
});

describe('rampWeight', () => {
  it('rises softly, as far from 0 at its start as from 1 at its end', () => {
    const weights = Array.from({ length: 5 }, (_, i) => rampWeight(i, 5));
    expect(weights.map((w) => Math.round(w * 1000))).toEqual([74, 259, 500, 741, 926]);
  });
});

describe('blend', () => {
  it('is the weighted mean', () => {
    expect([...blend(Uint8Array.of(0, 200, 10), Uint8Array.of(100, 100, 10), 0.25)]).toEqual([25, 175, 10]);
  });
});

describe('shifted', () => {
  it('adds part of a difference, and stays within a byte', () => {
    const [frame, from, to] = [
      Uint8Array.of(100, 250, 3),
      Uint8Array.of(10, 0, 90),
      Uint8Array.of(30, 200, 10),
    ];
    expect([...shifted(frame, from, to, 0.5)]).toEqual([110, 255, 0]);
    expect([...shifted(frame, from, to, 0)]).toEqual([...frame]);
  });
});
