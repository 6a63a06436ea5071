import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import {
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
  WebhookHeld,
  WebhookReplayed,
} from '@zoetrope/contracts/facts/delivery';
import { AssetId, CommandId, ProjectId } from '@zoetrope/contracts/ids';
import fc from 'fast-check';
import {
  foldDelivery,
  MAX_RETRY_AFTER_MS,
  mayReplay,
  nextAttempt,
  RETRY_LADDER_MS,
  retryAt,
} from './delivery.js';
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
const command = (n: number) => CommandId.parse(`cmd_${String(n).padStart(32, '0')}`);
const held = (attempt: number) => WebhookHeld({ ...base(attempt), reason: 'the endpoint is disabled' });
const replayed = (attempt: number, by = 1) => WebhookReplayed({ ...base(attempt), commandId: command(by) });

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
    const looking = { now, claimMs: CLAIM, open: true };
    expect(nextAttempt(foldDelivery(id('0'), recorded(facts)), looking)).toEqual(next);
  });

  const shut: [rule: string, facts: Fact[], now: number, next: object][] = [
    ['a new one is kept', [], T, { kind: 'hold', attempt: 0 }],
    ['one that failed is kept', [dispatched(1), failed(1, T + 5)], T, { kind: 'hold', attempt: 1 }],
    [
      'one that is being sent is left to whoever is at it',
      [dispatched(1)],
      T,
      { kind: 'wait', at: T + CLAIM },
    ],
    ['one that never ended is kept', [dispatched(1)], T + CLAIM, { kind: 'hold', attempt: 1 }],
    ['one that is kept stays so', [held(0)], T, { kind: 'nothing-left' }],
    [
      'a last failure is dead-lettered all the same',
      [dispatched(1), failed(1)],
      T,
      { kind: 'dead-letter', attempt: 1, reason: 'status 500' },
    ],
  ];
  it.each(shut)('where its endpoint is disabled, %s', (_rule, facts, now, next) => {
    const looking = { now, claimMs: CLAIM, open: false };
    expect(nextAttempt(foldDelivery(id('0'), recorded(facts)), looking)).toEqual(next);
  });
});

describe('a replay', () => {
  const state = (...facts: Fact[]) => foldDelivery(id('0'), recorded(facts));

  it.each([
    ['one that was delivered', [dispatched(1), delivered]],
    ['a dead letter', [failed(6), dead]],
    ['one that was kept', [held(0)]],
    ['one that waits for its next attempt', [dispatched(1), failed(1, T + 5)]],
  ])('is for %s', (_what, facts) => {
    expect(mayReplay(state(...facts), command(1))).toBe(true);
  });

  it('is not for one that is being sent or about to be', () => {
    expect(mayReplay(state(), command(1))).toBe(false);
    expect(mayReplay(state(dispatched(1)), command(1))).toBe(false);
  });

  it('counts once, however often its command comes', () => {
    const told = [dispatched(1), delivered, replayed(1), dispatched(2), delivered];
    expect(mayReplay(state(...told), command(1))).toBe(false);
    expect(mayReplay(state(...told), command(2))).toBe(true);
  });

  it('begins the ladder anew while attempts count on', () => {
    const now = state(failed(6), dead, replayed(6));
    expect(nextAttempt(now, { now: T, claimMs: CLAIM, open: true })).toEqual({ kind: 'attempt', attempt: 7 });
    expect(now.before).toBe(6);
  });
});

describe('whatever facts come in whatever order', () => {
  const any = fc.oneof(
    fc.integer({ min: 1, max: 7 }).map((attempt) => dispatched(attempt)),
    fc.integer({ min: 1, max: 7 }).map((attempt) => failed(attempt, T + attempt)),
    fc.constantFrom<Fact>(delivered, dead, held(0), replayed(3), replayed(4, 2)),
    fc.constant<Fact>(dispatched(1, id('1'))),
  );

  it('the number of an attempt never falls, and one that is over is left alone until a replay', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), fc.boolean(), (facts, open) => {
        const states = facts.map((_, n) => foldDelivery(id('0'), recorded(facts.slice(0, n + 1))));
        const attempts = states.map(({ attempt }) => attempt);
        expect(attempts).toEqual(attempts.toSorted((a, b) => a - b));
        const last = states.at(-1);
        if (!last) return;
        const next = nextAttempt(last, { now: T + 1e9, claimMs: CLAIM, open });
        const over = last.status === 'delivered' || last.status === 'dead' || last.status === 'held';
        expect(next.kind === 'nothing-left').toBe(over);
        if (!open) expect(next.kind).not.toBe('attempt');
      }),
    );
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
