import { expect, it } from '@jest/globals';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import { ProxyConfigChanged, ProxyKeyRotated, WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import { ProxyKey } from '@zoetrope/contracts/ids';
import { assetProjection } from '@zoetrope/projections/asset-projection';
import { chargeProjection } from '@zoetrope/projections/charge-projection';
import { projectProjection } from '@zoetrope/projections/project-projection';
import type { Projection } from '@zoetrope/projections/projection';
import { RowSet } from '@zoetrope/projections/row-set';
import type { TableName } from '@zoetrope/projections/rows';
import {
  assetId,
  deliveryStory,
  OWNER,
  PROJECT,
  placed,
  projectCreated,
  story,
} from '@zoetrope/projections/testing/facts';
import fc from 'fast-check';
import { AssetsFold, LedgersFold, type Rows, TenantsFold } from './fold.js';
import type { RawFact } from './raw-log.js';

/** Two folds that know nothing of each other come to the same rows, whatever is told. */
const ID = assetId(1);
const of = story(ID);
const WHO = { assetId: ID, projectId: PROJECT, ownerId: OWNER };

const raw = ({ type, data, meta }: Recorded): RawFact => ({
  ...{ type, stream: meta.stream, seq: meta.seq, subject: meta.subject, ts: meta.ts, id: meta.id },
  data: JSON.parse(JSON.stringify(data)),
});

const projected = (projection: Projection, facts: readonly Recorded[], table: TableName) => {
  const rows = new RowSet();
  for (const fact of facts) projection.apply(rows, fact);
  return JSON.parse(JSON.stringify(rows.changes(table)));
};
const folded = (rows: Rows) => [...rows.values()].map(({ values }) => JSON.parse(JSON.stringify(values)));

/** What may be told of a generation next, by what was told last (docs/structure.md). */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  asked: ['queued', 'queued', 'queued', 'refused', 'cancelled'],
  queued: ['vision', 'predicted', 'stored', 'stored', 'failed', 'cancelled'],
  vision: ['predicted', 'stored', 'failed', 'cancelled'],
  predicted: ['predicted', 'stored', 'stored', 'failed', 'cancelled'],
  stored: ['switched'],
  switched: ['purged', 'ready'],
  purged: ['ready'],
  ready: ['again', 'collected'],
  again: ['again', 'collected'],
};

const factOf = (what: string, n: number, about: number): Fact => {
  const told: Record<string, () => Fact> = {
    queued: () => of.queued(n, n, { dur_seconds: 2 + n, ...(about % 2 && { prompt_override: 'mine' }) }),
    refused: () => of.refused(n, n),
    cancelled: () => of.cancelled(n, n),
    vision: () => of.vision(n, n, `p${about}`),
    predicted: () => of.predicted(n, n, `id${about % 3}`),
    stored: () => of.stored(n, n),
    failed: () => of.failed(n, n),
    switched: () => of.switched(n, n),
    purged: () => of.purged(n, n),
    ready: () => of.ready(n, n),
    again: () => of.purged(n, n, true),
    collected: () => GenerationCollected({ ...WHO, generation: n, latest: null }),
  };
  return (told[what] as () => Fact)();
};

const deliveryFact = (n: number, about: number): Fact => {
  const { dispatched, delivered, failed, held, dead } = deliveryStory(n, ID);
  const all = [dispatched(), delivered(), failed(2, 9), failed(6), held(), dead(3)];
  return all[about % all.length] as Fact;
};

/** Generations in any order beside each other, each in the order that a generation has; deliveries; perhaps a deletion. */
const anyStory: fc.Arbitrary<Fact[]> = fc
  .array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 })), { maxLength: 40 })
  .map((words) => {
    const facts: Fact[] = [of.prepared({ motion: 'kinetic' })];
    const last = ['', 'asked'];
    let switched = 0;
    for (const [what, about] of words) {
      const n = (about % (last.length - 1)) + 1;
      const may = NEXT[last[n] ?? ''] ?? [];
      const next = may[what % Math.max(1, may.length)];
      if (what > 80 && last.length < 6) {
        facts.push(of.regenerate(last.length));
        last.push('asked');
      } else if (what < 15) facts.push(deliveryFact(n, about));
      else if (what === 50 && about > 60) facts.push(of.deleted(last.length));
      else if (next && !(next === 'switched' && n < switched)) {
        facts.push(factOf(next, n, about));
        if (next === 'switched') switched = n;
        last[n] = next;
      }
    }
    return facts;
  });

it('of assets, generations and deliveries', () => {
  fc.assert(
    fc.property(anyStory, (facts) => {
      const stand = placed(facts);
      const fold = new AssetsFold();
      for (const fact of stand) fold.take(raw(fact));
      const rows = fold.rows();
      for (const table of ['asset', 'generation', 'delivery'] as const)
        expect(folded(rows[table])).toEqual(expect.arrayContaining(projected(assetProjection, stand, table)));
      for (const table of ['asset', 'generation', 'delivery'] as const)
        expect(rows[table].size).toBe(projected(assetProjection, stand, table).length);
    }),
    { numRuns: 500 },
  );
});

it('of charges', () => {
  const facts = placed(
    [of.charged(1, 1), of.charged(2, 2, true), of.charged(1, 1, true)],
    'quota.ada.2026-11',
  );
  const fold = new LedgersFold();
  for (const fact of facts) fold.take(raw(fact));
  expect(folded(fold.charges)).toEqual(projected(chargeProjection, facts, 'charge'));
});

it('of projects', () => {
  const project = { projectId: PROJECT, ownerId: OWNER };
  const key = (n: number) => ProxyKey.parse(`pk_${String(n).repeat(24)}`);
  const facts = placed(
    [
      projectCreated(),
      ProxyConfigChanged({ ...project, allowedOrigins: ['https://ex.com'], defaultMode: 'animate-in' }),
      ProxyKeyRotated({ ...project, proxyKey: key(1), overlapUntil: 1_790_000_000_004 }),
      ProxyKeyRotated({ ...project, proxyKey: key(2), overlapUntil: 1_790_000_000_009 }),
      ProxyKeyRotated({ ...project, proxyKey: key(3), overlapUntil: 1_790_000_000_009 }),
      WebhooksConfigured({ ...project, url: 'https://ex.com/hook', events: ['asset.failed'], enabled: true }),
    ],
    `project.${PROJECT}`,
  );
  const fold = new TenantsFold();
  for (const fact of facts) fold.take(raw(fact));
  expect(folded(fold.rows().project)).toEqual(projected(projectProjection, facts, 'project'));
});
