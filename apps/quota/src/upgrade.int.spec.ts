import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QuotaUnderTest } from './testing/quota-under-test.js';

/**
 * Real: a nats-server and three copies of quota, of which any takes a request. Each has decided for the owner before,
 * so each has a plan and a project in memory that are out of date the moment they change.
 */
let quota: QuotaUnderTest;
beforeAll(async () => {
  quota = await QuotaUnderTest.start(3);
});
afterAll(() => quota?.stop());

describe('what was changed a moment before a request counts for it', () => {
  it('an upgrade, 25 times', async () => {
    for (let round = 0; round < 25; round++) {
      const owner = `upgrades-${round}`;
      await quota.plan(owner, 'free');
      const month = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => quota.ask(owner, n)));
      expect(month.filter(({ outcome }) => outcome === 'denied')).toHaveLength(1);
      await quota.plan(owner, 'pro');
      expect(await quota.ask(owner, 7)).toMatchObject({ outcome: 'reserved' });
    }
  });

  it('overage switched on, and a cap raised by one, 25 times; switched off as well', async () => {
    const owner = 'toggles';
    await quota.plan(owner, 'pro');
    await Promise.all(Array.from({ length: 100 }, (_, n) => quota.ask(owner, n)));
    let n = 100;
    for (let cap = 1; cap <= 25; cap++) {
      await quota.billing(owner, true, cap);
      expect(await quota.ask(owner, n++)).toMatchObject({ outcome: 'reserved' });
      expect(await quota.ask(owner, n++)).toMatchObject({ outcome: 'denied', reason: 'overage_cap' });
      await quota.billing(owner, false, cap);
      expect(await quota.ask(owner, n++)).toMatchObject({ outcome: 'denied', reason: 'overage_disabled' });
    }
  });

  it('a downgrade', async () => {
    const owner = 'downgrades';
    await quota.plan(owner, 'team');
    await Promise.all([1, 2, 3, 4, 5, 6].map((n) => quota.ask(owner, n)));
    await quota.plan(owner, 'free');
    expect(await quota.ask(owner, 7)).toMatchObject({ outcome: 'denied', reason: 'limit' });
  });
});
