import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import {
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
} from '@zoetrope/contracts/facts/delivery';
import { AssetId, ProjectId } from '@zoetrope/contracts/ids';
import { foldDelivery, MAX_RETRY_AFTER_MS, nextAttempt, RETRY_LADDER_MS, retryAt } from './delivery.js';
import { recorded } from './testing.js';

const T = 1_800_000_000_000;
const CLAIM = 15_000;
const id = (fill: string) => `dlv_${fill.repeat(32)}`;
const base = (attempt: number, deliveryId = id('0')) => ({
  assetId: AssetId.parse('a'.repeat(32)),
  projectId: ProjectId.parse(`prj_${'p'.repeat(20)}`),
  generation: 1,
  requestSeq: 1,
  deliveryId,
  eventId: `evt_${'e'.repeat(32)}`,
  eventType: 'asset.completed' as const,
  attempt,
});
const dispatched = (attempt: number, other?: string) => WebhookDispatched(base(attempt, other));
const delivered = WebhookDelivered({ ...base(1), responseCode: 200, latencyMs: 4 });
const failed = (attempt: number, nextAttemptAt?: number) =>
  WebhookFailed({ ...base(attempt), reason: 'status 500', latencyMs: 4, nextAttemptAt });
const dead = WebhookDeadLettered({ ...base(6), reason: 'status 500' });

describe('what is left to do for a delivery', () => {
  const cases: [rule: string, facts: Fact[], now: number, next: object][] = [
    ['a new one is attempted', [], T, { kind: 'attempt', attempt: 1 }],
    [
      'another delivery says nothing about this one',
      [dispatched(1, id('1'))],
      T,
      { kind: 'attempt', attempt: 1 },
    ],
    [
      'a dispatched one is left to whoever is at it',
      [dispatched(1)],
      T + CLAIM - 1,
      { kind: 'wait', at: T + CLAIM },
    ],
    [
      'a dispatched one that never ended is made again',
      [dispatched(1)],
      T + CLAIM,
      { kind: 'attempt', attempt: 1 },
    ],
    [
      'a failed one waits for its time',
      [dispatched(1), failed(1, T + 30_000)],
      T,
      { kind: 'wait', at: T + 30_000 },
    ],
    [
      'a failed one is tried again',
      [dispatched(1), failed(1, T + 5)],
      T + 5,
      { kind: 'attempt', attempt: 2 },
    ],
    [
      'a last failure is dead-lettered',
      [dispatched(6), failed(6)],
      T,
      { kind: 'dead-letter', attempt: 6, reason: 'status 500' },
    ],
    ['a dead-lettered one is over', [failed(6), dead], T, { kind: 'nothing-left' }],
    ['a delivered one is over', [dispatched(1), delivered], T + 999_999, { kind: 'nothing-left' }],
  ];
  it.each(cases)('%s', (_rule, facts, now, next) => {
    expect(nextAttempt(foldDelivery(id('0'), recorded(facts)), now, CLAIM)).toEqual(next);
  });
});

describe('when a failed attempt is made again', () => {
  it('climbs the ladder: six requests in all', () => {
    const waits = [1, 2, 3, 4, 5, 6].map((attempt) => retryAt({ deliveryId: id('0'), attempt }, T));
    expect(waits).toEqual([...RETRY_LADDER_MS.map((wait) => T + wait), undefined]);
  });

  it('spreads deliveries that failed together by up to a tenth', () => {
    expect(retryAt({ deliveryId: id('f'), attempt: 1 }, T)).toBe(T + 30_000 + 2_988);
  });

  it('waits as long as Retry-After asks, within a day, and never shorter than the ladder', () => {
    const asked = (retryAfterMs: number) => retryAt({ deliveryId: id('0'), attempt: 1, retryAfterMs }, T);
    expect([asked(1_000), asked(90_000), asked(1e12)]).toEqual([
      T + 30_000,
      T + 90_000,
      T + MAX_RETRY_AFTER_MS,
    ]);
  });

  it('ends at once with 410 Gone', () => {
    expect(retryAt({ deliveryId: id('0'), attempt: 1, responseCode: 410 }, T)).toBeUndefined();
  });
});
