import { describe, expect, it } from '@jest/globals';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
} from '@zoetrope/contracts/facts/ledger';
import fc from 'fast-check';
import {
  charge,
  emptyLedger,
  evolve,
  foldLedger,
  type ReserveCommand,
  release,
  reserve,
  usage,
} from './ledger.js';
import { rules } from './testing.js';

const rule = rules(foldLedger);
const commandId = (n: number) => `cmd_${n.toString(16).padStart(32, '0')}`;
const ids = (n: number) => ({
  commandId: commandId(n) as never,
  assetId: 'ab'.repeat(16) as never,
  projectId: 'prj_01234567890123456789' as never,
  generation: n,
  requestSeq: n * 10,
});
const ask = (n: number, over: Partial<ReserveCommand> = {}): ReserveCommand => ({
  ...ids(n),
  plan: 'free',
  overageEnabled: false,
  overageCap: null,
  ...over,
});
const free = { plan: 'free', limit: 5 } as const;
const pro = { plan: 'pro', limit: 100 } as const;
const reserved = (n: number) =>
  GenerationReserved({ ...ids(n), ...free, model: 'wan-fast', overage: false, priceCents: 0 });
const charged = (n: number) => GenerationCharged({ ...ids(n), overage: false, priceCents: 0 });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const proReserved = (n: number, overage = n > 100) =>
  GenerationReserved({ ...ids(n), ...pro, model: 'seedance', overage, priceCents: 10 });

describe('the month of an owner', () => {
  rule('the first generation of a month is set aside')
    .given()
    .when(reserve(ask(1)))
    .thenFacts(reserved(1));
  rule('a command decided before is decided for ever')
    .given(reserved(1))
    .when(reserve(ask(1)))
    .thenNothingNew();
  rule('a denied command stays denied after room was made')
    .given(
      ...range(1, 5).map(reserved),
      GenerationDenied({ ...ids(6), ...free, reason: 'limit' }),
      GenerationReleased({ ...ids(1), reason: 'failed' }),
    )
    .when(reserve(ask(6)))
    .thenNothingNew();
  rule('reservations count: the sixth of Free is denied while five run')
    .given(...range(1, 5).map(reserved))
    .when(reserve(ask(6)))
    .thenFacts(GenerationDenied({ ...ids(6), ...free, reason: 'limit' }));
  rule('a released one makes room')
    .given(...range(1, 5).map(reserved), GenerationReleased({ ...ids(2), reason: 'failed' }))
    .when(reserve(ask(6)))
    .thenFacts(reserved(6));
  rule('an upgrade counts for the next request')
    .given(...range(1, 5).flatMap((n) => [reserved(n), charged(n)]))
    .when(reserve(ask(6, { plan: 'pro' })))
    .thenFacts(proReserved(6));
  rule('paid and used up with the toggle off is told to enable overage')
    .given(...range(1, 100).map((n) => proReserved(n)))
    .when(reserve(ask(101, { plan: 'pro' })))
    .thenFacts(GenerationDenied({ ...ids(101), ...pro, reason: 'overage_disabled' }));
  rule('with the toggle on it goes on as overage')
    .given(...range(1, 100).map((n) => proReserved(n)))
    .when(reserve(ask(101, { plan: 'pro', overageEnabled: true })))
    .thenFacts(proReserved(101));
  rule('up to the cap of the project')
    .given(...range(1, 102).map((n) => proReserved(n)))
    .when(reserve(ask(103, { plan: 'pro', overageEnabled: true, overageCap: 2 })))
    .thenFacts(GenerationDenied({ ...ids(103), ...pro, reason: 'overage_cap' }));
  rule('an overage reservation takes an included slot that is free when it is charged')
    .given(...range(1, 101).map((n) => proReserved(n)), GenerationReleased({ ...ids(1), reason: 'failed' }))
    .when(charge(commandId(101)))
    .thenFacts(GenerationCharged({ ...ids(101), overage: false, priceCents: 0 }));
  rule('a plan that has grown since has slots free as well')
    .given(...range(1, 101).map((n) => proReserved(n)))
    .when(charge(commandId(101), 500))
    .thenFacts(GenerationCharged({ ...ids(101), overage: false, priceCents: 0 }));
  rule('else it is charged as overage at the plan’s price')
    .given(...range(1, 101).map((n) => proReserved(n)))
    .when(charge(commandId(101)))
    .thenFacts(GenerationCharged({ ...ids(101), overage: true, priceCents: 10 }));
  rule('a charge happens once')
    .given(reserved(1), charged(1))
    .when(charge(commandId(1)))
    .thenNothingNew();
  rule('what is charged is not given back')
    .given(reserved(1), charged(1))
    .when(release(commandId(1), 'failed'))
    .thenNothingNew();
  rule('a release happens once')
    .given(reserved(1), GenerationReleased({ ...ids(1), reason: 'failed' }))
    .when(release(commandId(1), 'failed'))
    .thenNothingNew();
});

describe('any sequence of commands', () => {
  const command = fc.oneof(
    fc.record({
      kind: fc.constant('reserve' as const),
      n: fc.integer({ min: 1, max: 40 }),
      plan: fc.constantFrom('free' as const, 'pro' as const),
      overageEnabled: fc.boolean(),
      overageCap: fc.constantFrom(0, 1, 3),
    }),
    fc.record({
      kind: fc.constantFrom('charge' as const, 'release' as const),
      n: fc.integer({ min: 1, max: 40 }),
    }),
  );
  it('never oversells Free, never goes below zero, and counts the same when every fact comes twice', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 200 }), (commands) => {
        const ledger = emptyLedger();
        const twice = emptyLedger();
        for (const c of commands) {
          const decide =
            c.kind === 'reserve'
              ? reserve(ask(c.n, { plan: 'free' }))
              : c.kind === 'charge'
                ? charge(commandId(c.n))
                : release(commandId(c.n), 'failed');
          const decision = decide(ledger);
          if (decision.kind !== 'record') continue;
          for (const fact of decision.facts) {
            evolve(ledger, fact);
            evolve(evolve(twice, fact), fact);
          }
          const now = usage(ledger, 'free');
          expect(now.used + now.reserved).toBeLessThanOrEqual(5);
          expect(
            Math.min(ledger.included, ledger.overage, ledger.openIncluded, ledger.openOverage),
          ).toBeGreaterThanOrEqual(0);
        }
        expect(usage(twice, 'free')).toEqual(usage(ledger, 'free'));
      }),
    );
  });

  it('keeps overage within the cap and included ones within the plan', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
        const ledger = foldLedger(range(1000, 1095).flatMap((n) => [proReserved(n, false), charged(n)]));
        for (const c of commands) {
          const decide =
            c.kind === 'reserve'
              ? reserve(ask(c.n, { plan: 'pro', overageEnabled: true, overageCap: 3 }))
              : c.kind === 'charge'
                ? charge(commandId(c.n))
                : release(commandId(c.n), 'cancelled');
          const decision = decide(ledger);
          if (decision.kind === 'record') for (const fact of decision.facts) evolve(ledger, fact);
          expect(ledger.included + ledger.openIncluded).toBeLessThanOrEqual(100);
          expect(ledger.overage + ledger.openOverage).toBeLessThanOrEqual(3);
        }
      }),
    );
  });
});
