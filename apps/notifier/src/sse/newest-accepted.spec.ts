import { describe, expect, it } from '@jest/globals';
import { type AssetState, noAsset, type Outcome, type Request } from '@zoetrope/domain/asset';
import { newestAccepted } from './newest-accepted.js';

const state = (
  requests: number[],
  outcomes: Record<number, Outcome['kind']>,
  latest?: number,
): AssetState => ({
  ...noAsset,
  requests: new Map(requests.map((number) => [number, { seq: number * 10 } as Request])),
  outcomes: new Map(Object.entries(outcomes).map(([number, kind]) => [Number(number), { kind } as Outcome])),
  latest: (latest && { generation: latest, requestSeq: latest * 10 }) as AssetState['latest'],
});
const accepted = (generation: number) => ({ kind: 'accepted', generation, requestSeq: generation * 10 });

describe('the generation a new client is told about', () => {
  it.each([
    ['is none before anything was asked', state([], {}), { kind: 'none' }],
    ['is none when the only ask was refused', state([1], { 1: 'refused' }), { kind: 'none' }],
    ['is undecided while quota thinks', state([1, 2], { 1: 'ready' }, 1), { kind: 'undecided' }],
    ['is the newest queued', state([1, 2], { 1: 'ready', 2: 'open' }, 2), accepted(2)],
    ['stays the one before a refused one', state([1, 2], { 1: 'ready', 2: 'refused' }, 1), accepted(1)],
    [
      'is one that was cancelled before it was queued',
      state([1, 2], { 1: 'ready', 2: 'cancelled' }, 1),
      accepted(2),
    ],
    ['is known by its anchor when its request was not read', state([], { 2: 'failed' }, 2), accepted(2)],
  ])('%s', (_rule, asset, expected) => {
    expect(newestAccepted(asset)).toEqual(expected);
  });
});
