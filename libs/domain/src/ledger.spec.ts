import { describe } from '@jest/globals';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  QuotaThresholdReached,
} from '@zoetrope/contracts/facts/ledger';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import { announceThreshold, charge, foldLedger, type ReserveCommand, release, reserve } from './ledger.js';
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
const charged = (n: number, limit = 5) =>
  GenerationCharged({ ...ids(n), overage: false, priceCents: 0, limit });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const proReserved = (n: number, overage = n > 100, overageCap = overage ? 100 : undefined) =>
  GenerationReserved({
    ...ids(n),
    ...pro,
    model: 'seedance',
    overage,
    priceCents: 10,
    ...(overageCap !== undefined && { overageCap }),
  });
const proCharged = (n: number, overage = false) =>
  GenerationCharged({ ...ids(n), overage, priceCents: overage ? 10 : 0, limit: 100 });
const reached = (n: number, percent: 80 | 100, used: number, plan: PlanName = 'free', overage = 0) =>
  QuotaThresholdReached({ ...ids(n), plan, limit: PLANS[plan].included, percent, used, overage });

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
  rule('the cap counts what is charged and what is in flight')
    .given(...range(1, 102).map((n) => proReserved(n)), proCharged(101, true))
    .when(reserve(ask(103, { plan: 'pro', overageEnabled: true, overageCap: 3 })))
    .thenFacts(proReserved(103, true, 3));
  rule('a cap of none is the plan’s own number')
    .given(...range(1, 200).map((n) => proReserved(n)))
    .when(reserve(ask(201, { plan: 'pro', overageEnabled: true })))
    .thenFacts(GenerationDenied({ ...ids(201), ...pro, reason: 'overage_cap' }));
  rule('Free has no overage, toggle or not')
    .given(...range(1, 5).map(reserved))
    .when(reserve(ask(6, { overageEnabled: true, overageCap: 10 })))
    .thenFacts(GenerationDenied({ ...ids(6), ...free, reason: 'limit' }));
  rule('an overage reservation takes an included slot that is free when it is charged')
    .given(...range(1, 101).map((n) => proReserved(n)), GenerationReleased({ ...ids(1), reason: 'failed' }))
    .when(charge(commandId(101), 'pro'))
    .thenFacts(proCharged(101));
  rule('a plan that has grown since has slots free as well')
    .given(...range(1, 101).map((n) => proReserved(n)))
    .when(charge(commandId(101), 'team'))
    .thenFacts(GenerationCharged({ ...ids(101), overage: false, priceCents: 0, limit: 500 }));
  rule('a plan that has shrunk since has none')
    .given(...range(1, 101).map((n) => proReserved(n)), GenerationReleased({ ...ids(1), reason: 'failed' }))
    .when(charge(commandId(101), 'free'))
    .thenFacts(GenerationCharged({ ...ids(101), overage: true, priceCents: 10, limit: 5 }));
  rule('what was set aside as included stays so when the plan shrinks')
    .given(...range(1, 50).map((n) => proReserved(n)))
    .when(charge(commandId(50), 'free'))
    .thenFacts(GenerationCharged({ ...ids(50), overage: false, priceCents: 0, limit: 5 }));
  rule('a month that was larger is full for a smaller plan')
    .given(...range(1, 50).flatMap((n) => [proReserved(n), proCharged(n)]))
    .when(reserve(ask(51)))
    .thenFacts(GenerationDenied({ ...ids(51), ...free, reason: 'limit' }));
  rule('what was paid as overage takes no slot of a larger plan')
    .given(
      ...range(1, 100).flatMap((n) => [proReserved(n), proCharged(n)]),
      ...[proReserved(101), proCharged(101, true)],
    )
    .when(reserve(ask(102, { plan: 'team' })))
    .thenFacts(
      GenerationReserved({
        ...ids(102),
        ...{ plan: 'team', limit: 500, model: 'p-video', overage: false, priceCents: 8 },
      }),
    );
  rule('else it is charged as overage at the plan’s price')
    .given(...range(1, 101).map((n) => proReserved(n)))
    .when(charge(commandId(101), 'pro'))
    .thenFacts(proCharged(101, true));
  rule('and at the price it was accepted for, whatever the plan is now')
    .given(...range(1, 100).map((n) => proReserved(n)), proReserved(601))
    .when(charge(commandId(601), 'pro'))
    .thenFacts(proCharged(601, true));
  rule('a charge happens once')
    .given(reserved(1), charged(1))
    .when(charge(commandId(1), 'free'))
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

describe('thresholds of the month', () => {
  const used = (to: number) => range(1, to).flatMap((n) => [reserved(n), charged(n)]);
  const proUsed = (to: number) => range(1, to).flatMap((n) => [proReserved(n), proCharged(n, n > 100)]);
  rule('80 % is said of the charge that reaches it')
    .given(...used(4))
    .when(announceThreshold(ids(4), 'free'))
    .thenFacts(reached(4, 80, 4));
  rule('not before')
    .given(...used(3), reserved(4), reserved(5))
    .when(announceThreshold(ids(3), 'free'))
    .thenNothingNew();
  rule('once')
    .given(...used(4), reached(4, 80, 4))
    .when(announceThreshold(ids(4), 'free'))
    .thenNothingNew();
  rule('100 % is another one')
    .given(...used(4), reached(4, 80, 4), reserved(5), charged(5))
    .when(announceThreshold(ids(5), 'free'))
    .thenFacts(reached(5, 100, 5));
  rule('a larger plan has its own')
    .given(...used(5), reached(4, 80, 4), reached(5, 100, 5), ...proUsed(80).slice(10))
    .when(announceThreshold(ids(80), 'pro'))
    .thenFacts(reached(80, 80, 80, 'pro'));
  rule('a smaller plan that is full already says both, one after the other')
    .given(...proUsed(90), reached(80, 80, 80, 'pro'), reached(90, 80, 90, 'free'))
    .when(announceThreshold(ids(90), 'free'))
    .thenFacts(reached(90, 100, 90, 'free'));
  rule('going back to a plan says nothing again')
    .given(...proUsed(85), reached(80, 80, 80, 'pro'), reached(85, 80, 85, 'free'))
    .when(announceThreshold(ids(85), 'pro'))
    .thenNothingNew();
  rule('overage counts as used')
    .given(...proUsed(101), reached(80, 80, 80, 'pro'))
    .when(announceThreshold(ids(101), 'pro'))
    .thenFacts(reached(101, 100, 101, 'pro', 1));
  rule('a generation that was given back reaches nothing')
    .given(...used(4), reserved(5), GenerationReleased({ ...ids(5), reason: 'failed' }))
    .when(announceThreshold(ids(5), 'free'))
    .thenNothingNew();
});
