import { describe, expect, it } from '@jest/globals';
import type { Recorded } from '@zoetrope/contracts/fact';
import { assetId, deliveryStory, placed, story } from '@zoetrope/projections/testing/facts';
import { traced } from './causes.js';
import { printTree } from './print-tree.js';

const ID = assetId(1);
const of = story(ID);

/** Each fact was caused by the one before it. */
const chained = (facts: readonly Recorded[]): Recorded[] =>
  facts.map((fact, at) => ({
    ...fact,
    meta: { ...fact.meta, ts: 1_000 * (at + 1), causeId: facts[at - 1]?.meta.id ?? 'cmd_1' },
  }));

const timeline = chained(
  placed([
    of.prepared(),
    of.queued(1, 1),
    of.vision(1, 1, 'drift'),
    of.predicted(1, 1, 'p1'),
    of.stored(1, 1),
    of.switched(1, 1),
    of.purged(1, 1),
    of.ready(1, 1),
    deliveryStory(1, ID).dispatched(),
    deliveryStory(1, ID).delivered(),
    of.regenerate(2),
    of.failed(2, 11),
  ]),
);

describe('a trace', () => {
  const lines = printTree(ID, timeline);
  const lineOf = (text: string) => lines.find((line) => line.includes(text)) ?? '';

  it('is a tree of generations, parts and facts, with how long each took', () => {
    expect(lines[0]).toBe(ID);
    expect(lineOf('generation 1 asked')).toMatch(/^├─ generation 1 .*GenerationReady after 7\.000s$/);
    expect(lineOf('generation 2 asked')).toMatch(/^└─ generation 2 .*GenerationFailed after 1\.000s$/);
    expect(lineOf('├─ serve')).toBe('│  ├─ serve 3.000s');
    expect(lines.filter((line) => line.includes('webhook asset.completed'))).toHaveLength(1);
  });

  it('names predictions, purges and deliveries, and what caused each', () => {
    expect(lineOf('PredictionCreated')).toContain('predictionId=p1');
    expect(lineOf('PredictionCreated')).toContain('by VisionCompleted (ASSETS 3), 1.000s before');
    expect(lineOf('CachesPurged')).toContain('caches=[]');
    expect(lineOf('WebhookDelivered')).toContain('responseCode=200');
    expect(lineOf('AssetPrepared')).toContain('by cmd_1');
  });

  it('has every fact once, and no colour where nobody can see it', () => {
    for (const { meta } of timeline)
      expect(lines.filter((line) => new RegExp(`ASSETS ${meta.seq} by`).test(line))).toHaveLength(1);
    expect(lines.join('')).not.toContain('\u001b[');
  });
});

it('a cause outside the timeline is told by its id alone', () => {
  const [first, second] = traced(timeline);
  expect(first).toMatchObject({ sinceStart: 0, sincePrevious: 0, cause: { id: 'cmd_1' } });
  expect(first?.sinceCause).toBeUndefined();
  expect(second).toMatchObject({
    sincePrevious: 1_000,
    sinceCause: 1_000,
    cause: { type: 'AssetPrepared', seq: 1 },
  });
});
