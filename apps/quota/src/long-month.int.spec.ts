import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationReleased, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { DECISION_QUESTION, ledgerSubject } from '@zoetrope/contracts/subjects';
import { ledgerFolding } from '@zoetrope/domain/ledger-folding';
import { Books } from '@zoetrope/eventlog/books';
import { until } from '@zoetrope/eventlog/testing/until';
import { QuotaUnderTest } from './testing/quota-under-test.js';

/** Real: a nats-server and copies of quota. A month of 700 generations that failed is put into the log by hand. */
const PAST = 700;
let quota: QuotaUnderTest;
beforeAll(async () => {
  quota = await QuotaUnderTest.start(2);
});
afterAll(() => quota?.stop());

async function plantMonth(owner: string): Promise<void> {
  const log = await quota.server.connect('quota');
  const subject = ledgerSubject(owner, quota.period);
  const append = async (n: number) => {
    const { commandId, assetId, projectId } = quota.ids(owner, n);
    const entry = { commandId, assetId, projectId, generation: 1, requestSeq: 1 };
    const terms = { plan: 'free', model: 'wan-fast', limit: 5, overage: false, priceCents: 0 } as const;
    const cause = { id: commandId };
    await log.append(subject, GenerationReserved({ ...entry, ...terms }), { cause });
    await log.append(subject, GenerationReleased({ ...entry, reason: 'failed' }), { cause });
  };
  await Promise.all(Array.from({ length: PAST }, (_, n) => append(n)));
}

/** How many facts a process folds that opens the ledger now. */
async function foldedAtOpening(owner: string): Promise<number> {
  let folded = 0;
  const evolve: typeof ledgerFolding.evolve = (ledger, fact) => {
    folded += 1;
    return ledgerFolding.evolve(ledger, fact);
  };
  await new Books(quota.gateway, { ...ledgerFolding, evolve }).current(ledgerSubject(owner, quota.period));
  return folded;
}

describe('a long month', () => {
  it('is written down by the copy that folded it, and the next one reads what came since', async () => {
    await plantMonth('long');
    expect(await foldedAtOpening('long')).toBe(2 * PAST);
    expect(await quota.ask('long', PAST)).toMatchObject({ outcome: 'reserved' });
    await until('there is a snapshot', async () => (await foldedAtOpening('long')) <= 1);
    await quota.stopCopies();
    await quota.startCopies(2);
    const later = await Promise.all([1, 2, 3, 4, 5].map((n) => quota.ask('long', PAST + n)));
    expect(later.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(4);
    expect(later.filter(({ outcome }) => outcome === 'denied')).toHaveLength(1);
  });

  it('knows every command it decided, from the snapshot too', async () => {
    const before = await quota.ledger('long');
    await quota.stopCopies();
    await quota.startCopies(1);
    const { commandId } = quota.ids('long', 3);
    const question = { ownerId: 'long', period: quota.period, commandId, requestSeq: 1 };
    const { core } = quota.gateway;
    expect(await core.request(DECISION_QUESTION, question, 5_000)).toMatchObject({ outcome: 'reserved' });
    expect(await quota.ledger('long')).toEqual(before);
  });
});
