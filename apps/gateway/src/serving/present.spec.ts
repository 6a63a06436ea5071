import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import { assetProjection } from '@zoetrope/projections/asset-projection';
import { RowSet } from '@zoetrope/projections/row-set';
import { assetId, placed, story } from '@zoetrope/projections/testing/facts';
import fc from 'fast-check';
import { endingError } from '../proxy-url/proxy-errors.js';
import { type Present, presentOf, presentOfRow } from './present.js';

const ID = assetId(1);
const of = story(ID);
const READY = [of.prepared(), of.queued(1, 1), of.stored(1, 1), of.switched(1, 1), of.ready(1, 1)];

const fail = (): never => {
  throw new Error('no row');
};
const fromRow = (facts: readonly Fact[]): Present => {
  const rows = new RowSet();
  for (const fact of placed(facts)) assetProjection.apply(rows, fact);
  const newest = rows.changes('generation').sort((a, b) => b.number - a.number)[0];
  return presentOfRow(rows.get('asset', ID) ?? fail(), newest);
};

describe('what the proxy knows of an asset', () => {
  it.each([
    ['nothing asked', [], { exists: false }],
    ['asked', [of.prepared()], { status: 'pending', stage: 'pending', pendingSince: 1_790_000_000_000 }],
    ['stored, not switched', READY.slice(0, 3), { status: 'pending', video: undefined }],
    [
      'switched, not announced',
      READY.slice(0, 4),
      { status: 'pending', stage: 'pending', video: { generation: 1 } },
    ],
    ['announced', READY, { status: 'ready', stage: 'ready', video: { generation: 1 } }],
    [
      'a regenerate failed',
      [...READY, of.regenerate(2), of.queued(2, 6), of.failed(2, 6)],
      { status: 'ready', stage: 'failed' },
    ],
    [
      'a regenerate was refused',
      [...READY, of.regenerate(2), of.refused(2, 6)],
      { status: 'ready', stage: 'ready' },
    ],
    [
      'a regenerate was cancelled',
      [...READY, of.regenerate(2), of.queued(2, 6), of.cancelled(2, 6)],
      { stage: 'ready' },
    ],
    [
      'the first was refused',
      [of.prepared(), of.refused(1, 1)],
      { status: 'failed', ending: { kind: 'refused', reason: 'limit' } },
    ],
    [
      'the first failed, the second was refused: the failure stands',
      [of.prepared(), of.queued(1, 1), of.failed(1, 1), of.regenerate(2), of.refused(2, 4)],
      { status: 'failed', ending: { kind: 'failed', code: 'i2v_failed' } },
    ],
    [
      'the first was cancelled',
      [of.prepared(), of.cancelled(1, 1)],
      { ending: { kind: 'failed', code: 'cancelled' } },
    ],
    ['deleted', [...READY, of.deleted(1)], { exists: true, deleted: true }],
    [
      'deleted while one runs',
      [...READY, of.regenerate(2), of.deleted(2)],
      { deleted: true, status: 'failed' },
    ],
    ['deleted and purged', [of.deleted(1)], { exists: true, deleted: true }],
  ])('%s', (_, facts, expected) => {
    expect(presentOf(placed(facts as Fact[]))).toMatchObject(expected);
  });

  it('is the same from PostgreSQL as from the log, as far as an embed can tell', () => {
    const round = (n: number): fc.Arbitrary<Fact[]> => {
      const ask = n === 1 ? of.prepared() : of.regenerate(n);
      const seq = n * 10;
      return fc.constantFrom(
        [ask],
        [ask, of.cancelled(n, seq)],
        [ask, of.queued(n, seq), of.failed(n, seq)],
        [ask, of.queued(n, seq), of.stored(n, seq)],
        [ask, of.queued(n, seq), of.stored(n, seq), of.switched(n, seq), of.ready(n, seq)],
      );
    };
    const stories = fc.tuple(round(1), round(2), round(3)).map((rounds) => rounds.flat());
    const told = ({ exists, status, video }: Present) => [exists, status, video?.generation];
    fc.assert(
      fc.property(stories, fc.nat(), (facts, cut) => {
        const some = facts.slice(0, (cut % facts.length) + 1);
        expect(told(fromRow(some))).toEqual(told(presentOf(placed(some))));
      }),
      { numRuns: 300 },
    );
  });
});

describe('what a proxy URL answers where no video ever was', () => {
  const answer = (ending: Present['ending'], now = 0) => {
    const { status, message, extras } = endingError(ID, ending, now);
    return { status, message, retry: extras.headers?.['retry-after'], members: extras.members };
  };
  it.each([
    [{ kind: 'failed', code: 'source_too_large', message: 'x' }, 413, 'file exceeds 10 MB limit'],
    [{ kind: 'failed', code: 'source_unsupported', message: 'a gif' }, 415, 'unsupported type: a gif'],
    [{ kind: 'failed', code: 'i2v_failed', message: 'secret' }, 502, 'last generation failed'],
    [undefined, 502, 'last generation failed'],
  ] as const)('%j', (ending, status, message) => {
    expect(answer(ending)).toMatchObject({ status, message });
  });

  it.each([
    ['limit', 'monthly generation limit reached'],
    ['overage_cap', 'monthly generation limit reached'],
    ['overage_disabled', 'overage disabled — enable in project settings or upgrade plan'],
  ] as const)('refused by %s: 429, and when the next ask comes', (reason, message) => {
    const ending = { kind: 'refused', reason, askedAt: 1_000 } as const;
    expect(answer(ending, 21_000)).toMatchObject({ status: 429, message, retry: '40', members: undefined });
  });
});
