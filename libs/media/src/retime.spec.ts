import { describe, expect, it } from '@jest/globals';
import { blend, planPicks, seamWeight, straightCounts } from './retime.js';

const positions = (counts: number[], total: number) =>
  planPicks(counts, total).map((c) => c.map((p) => p.position));

describe('planPicks', () => {
  it('shows whole frames only, and the junction frame once, when the lengths fit', () => {
    const [first = [], second = []] = positions([49, 49], 96);
    expect(first).toEqual(Array.from({ length: 48 }, (_, i) => i));
    expect(second).toEqual(Array.from({ length: 48 }, (_, i) => i));
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
});

describe('straightCounts', () => {
  it.each([
    ['frames shown as they are', [49, 49], 96, [48, 48]],
    ['a clip of one frame more than the output', [49], 48, [48]],
    ['a clip that adds nothing', [1, 49], 48, [0, 48]],
    ['frames left out', [49, 49], 48, undefined],
    ['blends', [73], 48, undefined],
    ['repeats', [1], 2, undefined],
  ])('tells %s', (_what, counts, total, expected) => {
    expect(straightCounts(planPicks(counts, total))).toEqual(expected);
  });
});

describe('seamWeight', () => {
  it('touches only the last frames and rises evenly below 1', () => {
    expect([90, 91, 93, 95].map((i) => seamWeight(i, 96, 5))).toEqual([0, 1 / 6, 3 / 6, 5 / 6]);
  });
});

describe('blend', () => {
  it('is the weighted mean', () => {
    expect([...blend(Uint8Array.of(0, 200, 10), Uint8Array.of(100, 100, 10), 0.25)]).toEqual([25, 175, 10]);
  });
});
