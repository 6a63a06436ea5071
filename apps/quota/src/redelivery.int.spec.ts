import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCharged, type GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { Period } from '@zoetrope/contracts/ids';
import { brokerOf } from '@zoetrope/eventlog/broker';
import { until } from '@zoetrope/eventlog/testing/until';
import { QuotaUnderTest } from './testing/quota-under-test.js';

/** Real: a nats-server and three copies of quota. Their durable consumers are removed, so that all comes once more. */
let quota: QuotaUnderTest;
beforeAll(async () => {
  quota = await QuotaUnderTest.start(3);
});
afterAll(() => quota?.stop());

type Entry = ReturnType<typeof GenerationReserved>['data'];
const december = Period.parse('2026-12');

/** Everything that was ever asked and ended is delivered to new copies; resolves when they have handled it all. */
async function deliverAllAgain(): Promise<void> {
  await quota.stopCopies();
  const { manager } = brokerOf(quota.gateway);
  const durables = ['quota-decide', 'quota-settle'];
  for (const durable of durables) await manager.consumers.delete('ASSETS', durable);
  await quota.startCopies(3);
  await until('all of it is handled', async () => {
    const infos = await Promise.all(durables.map((durable) => manager.consumers.info('ASSETS', durable)));
    return infos.every(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0);
  });
}

describe('everything delivered again', () => {
  it('changes no ledger, and says the same to whoever still waits', async () => {
    for (let n = 1; n <= 7; n++) await quota.ask('again', n);
    for (const n of [1, 2, 3, 4]) await quota.end(quota.stored('again', n));
    await until('four are charged and told', async () => (await quota.ledger('again')).length === 12);
    const before = await quota.ledger('again');
    const [reserved, denied] = [1, 7].map((n) => quota.heard(quota.ids('again', n).commandId));
    await deliverAllAgain();
    expect(await reserved).toMatchObject({ outcome: 'reserved' });
    expect(await denied).toMatchObject({ outcome: 'denied', reason: 'limit' });
    expect(await quota.ledger('again')).toEqual(before);
  });

  it('after midnight of the month’s end charges the month it was asked in, once', async () => {
    await quota.stopCopies();
    // Appended at 23:59:59.999 of November, decided, stored, and all of it brought again in December.
    const decision = quota.ask('midnight', 1);
    await quota.startCopies(3);
    expect(await decision).toMatchObject({ outcome: 'reserved' });
    expect(await quota.ask('midnight', 2, december)).toMatchObject({ outcome: 'reserved' });
    await quota.end(quota.stored('midnight', 1));
    await quota.end(quota.stored('midnight', 2, december));
    const both = async () => [await quota.types('midnight'), await quota.types('midnight', december)];
    const once = ['GenerationReserved', 'GenerationCharged'];
    await until('both are charged', async () => (await both()).flat().length === 4);
    await deliverAllAgain();
    expect(await both()).toEqual([once, once]);
  });
});

describe('thresholds', () => {
  const told = async (owner: string) =>
    (await quota.ledger(owner))
      .filter(({ type }) => type === 'QuotaThresholdReached')
      .map(({ data }) => data as { percent: number; limit: number; used: number; generation: number });

  it('are said once each at 80 and 100 % of the month, and of a larger plan again', async () => {
    for (let n = 1; n <= 5; n++) await quota.ask('meter', n);
    for (let n = 1; n <= 5; n++) await quota.end(quota.stored('meter', n));
    await until('both are said', async () => (await told('meter')).length === 2);
    expect(await told('meter')).toMatchObject([
      { percent: 80, limit: 5, used: 4, plan: 'free', projectId: quota.projectId, generation: 1 },
      {
        percent: 100,
        limit: 5,
        used: 5,
        overage: 0,
        assetId: expect.any(String),
        requestSeq: expect.any(Number),
      },
    ]);
    await quota.plan('meter', 'pro');
    await Promise.all(Array.from({ length: 75 }, (_, i) => quota.ask('meter', 6 + i)));
    await Promise.all(Array.from({ length: 75 }, (_, i) => quota.end(quota.stored('meter', 6 + i))));
    await until('80 % of Pro is said', async () => (await told('meter')).length === 3);
    expect((await told('meter'))[2]).toMatchObject({ percent: 80, limit: 100, used: 80 });
  });

  it('that were not said before the process died are said with the repeat', async () => {
    await quota.stopCopies();
    const asked = [1, 2, 3, 4].map((n) => quota.ask('cut', n));
    const log = await quota.server.connect('quota');
    await quota.startCopies(1);
    await Promise.all(asked);
    await quota.stopCopies();
    for (const n of [1, 2, 3, 4]) await quota.end(quota.stored('cut', n));
    // What a copy did that died right after the fourth charge: the threshold is not in the log.
    for (const reserved of await quota.ledger('cut')) {
      const { commandId, assetId, projectId, generation, requestSeq } = reserved.data as Entry;
      const entry = { commandId, assetId, projectId, generation, requestSeq };
      const charged = GenerationCharged({ ...entry, overage: false, priceCents: 0 });
      await log.append(reserved.meta.subject, charged, { cause: { id: `died-after-${commandId}` } });
    }
    await quota.startCopies(3);
    await until('80 % is said', async () => (await told('cut')).length === 1);
    expect(await told('cut')).toMatchObject([{ percent: 80, used: 4 }]);
  });
});
