import { describe, expect, it } from '@jest/globals';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import type { VideoFact } from '@zoetrope/contracts/facts/video';
import { whatsLeft } from './whats-left.js';

const fact = (type: string, generation: number): Recorded => ({
  ...({ type, version: 1, data: { generation } } satisfies Fact),
  meta: { id: `${type}-${generation}`, stream: 'ASSETS', subject: 's', seq: generation, ts: 0, causeId: 'c' },
});
const video = (type: string, generation: number) => fact(type, generation) as Recorded<VideoFact>;
const stored = (generation: number) => fact('Mp4Stored', generation);
const cancelled = (generation: number) => fact('GenerationCancelled', generation);

describe('what is left until a generation is announced', () => {
  const ready = (generation: number) => video('GenerationReady', generation);
  const nothing = 'nothing-left';
  it.each([
    ['a first video is switched to', undefined, [stored(1)], 1, 'switch 1'],
    ['a newer video is switched to', ready(1), [stored(1), stored(2)], 2, 'switch 2'],
    [
      'what is switched and not announced is announced',
      video('VideoSwitched', 2),
      [stored(2)],
      2,
      'announce 2',
    ],
    ['what is purged and not announced is announced', video('CachesPurged', 2), [stored(2)], 2, 'announce 2'],
    [
      'an older one is announced before a newer is served',
      video('VideoSwitched', 1),
      [stored(2)],
      2,
      'announce 1',
    ],
    ['stored ones are served oldest first', ready(1), [stored(3), stored(2)], 3, 'switch 2'],
    ['nothing goes backwards', ready(3), [stored(2), stored(3)], 2, nothing],
    ['an announced one is left alone', ready(2), [stored(2)], 2, nothing],
    ['a cancelled one is never served', ready(1), [stored(2), cancelled(2)], 2, nothing],
    [
      'a cancelled one does not hold up the next',
      ready(1),
      [stored(2), cancelled(2), stored(3)],
      3,
      'switch 3',
    ],
    ['a later one is left to its own message', ready(1), [stored(2)], 1, nothing],
  ] as const)('%s', (_rule, last, pipeline, upTo, expected) => {
    const left = whatsLeft(last, pipeline, upTo);
    const about = left.kind === 'switch' ? left.stored : left.kind === 'announce' ? left.last : undefined;
    expect(about ? `${left.kind} ${about.data.generation}` : left.kind).toBe(expected);
  });
});
