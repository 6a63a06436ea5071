import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCancelled, GenerationFailed } from '@zoetrope/contracts/facts/generation';
import { assetSubject, DECISION_QUESTION } from '@zoetrope/contracts/subjects';
import { brokerOf } from '@zoetrope/eventlog/broker';
import { until } from '@zoetrope/eventlog/testing/until';
import { QuotaUnderTest } from './testing/quota-under-test.js';

/** Real: a nats-server and two copies of quota. The requests and outcomes are appended by hand, as gateway and generator do. */
let quota: QuotaUnderTest;
beforeAll(async () => {
  quota = await QuotaUnderTest.start(2);
});
afterAll(() => quota?.stop());

const count = async (owner: string, type: string) =>
  (await quota.types(owner)).filter((name) => name === type).length;

describe('two copies of quota', () => {
  it('never oversell an owner’s month, and tell every caller', async () => {
    const decisions = await Promise.all(Array.from({ length: 40 }, (_, n) => quota.ask('crowd', n)));
    expect(decisions.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(5);
    expect(decisions.filter(({ outcome }) => outcome === 'denied')).toHaveLength(35);
    expect(await quota.types('crowd')).toHaveLength(40);
  });

  it('decide together what waits for one ledger, in one append', async () => {
    await quota.stopCopies();
    const decisions = Array.from({ length: 60 }, (_, n) => quota.ask('hot', n));
    await until('all are asked', async () => {
      const requests = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          quota.gateway.lastSeq(assetSubject(quota.ids('hot', n).assetId, 'request')),
        ),
      );
      return requests.every((seq) => seq > 0);
    });
    await quota.startCopies(2);
    const told = await Promise.all(decisions);
    expect(told.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(5);
    const { manager } = brokerOf(quota.gateway);
    const seqs = (await quota.ledger('hot')).map(({ meta }) => meta.seq);
    const stored = await Promise.all(seqs.map((seq) => manager.streams.getMessage('QUOTA', { seq })));
    const batches = new Set(stored.map((message) => message?.header.get('Nats-Batch-Id')).filter(Boolean));
    expect(stored).toHaveLength(60);
    expect(batches.size).toBeGreaterThan(0);
  });

  it('charge what is stored, give back what failed, once each', async () => {
    for (const n of [1, 2, 3]) await quota.ask('settled', n);
    await quota.end(quota.stored('settled', 1));
    await quota.end(GenerationFailed({ ...quota.base('settled', 2), code: 'i2v_failed', message: 'no' }));
    await quota.end(
      GenerationCancelled({ ...quota.base('settled', 3), reason: 'superseded', predicted: false }),
    );
    await until('all three are settled', async () => (await quota.ledger('settled')).length === 6);
    expect((await quota.types('settled')).sort()).toEqual([
      ...['GenerationCharged', 'GenerationCharged', 'GenerationReleased'],
      ...['GenerationReserved', 'GenerationReserved', 'GenerationReserved'],
    ]);
  });

  it('charge an explicit cancel only after its first prediction was recorded', async () => {
    for (const n of [1, 2]) await quota.ask('cancelled', n);
    await quota.end(
      GenerationCancelled({ ...quota.base('cancelled', 1), reason: 'requested', predicted: false }),
    );
    await quota.end(
      GenerationCancelled({ ...quota.base('cancelled', 2), reason: 'requested', predicted: true }),
    );
    await until('both are settled', async () => (await quota.ledger('cancelled')).length === 4);
    const settled = (await quota.ledger('cancelled'))
      .slice(2)
      .map(({ type, data }) => [type, (data as { commandId: string }).commandId]);
    expect(settled.sort()).toEqual([
      ['GenerationCharged', quota.ids('cancelled', 2).commandId],
      ['GenerationReleased', quota.ids('cancelled', 1).commandId],
    ]);
  });

  it('an upgrade or a toggle of a moment ago counts for the next request', async () => {
    const owner = 'grows';
    await quota.plan(owner, 'free');
    for (const n of [1, 2, 3, 4, 5]) await quota.ask(owner, n);
    expect(await quota.ask(owner, 6)).toMatchObject({ outcome: 'denied', reason: 'limit' });
    await quota.plan(owner, 'pro');
    expect(await quota.ask(owner, 7)).toMatchObject({ outcome: 'reserved' });
    for (let n = 8; n <= 101; n++) await quota.ask(owner, n);
    expect(await quota.ask(owner, 102)).toMatchObject({ outcome: 'denied', reason: 'overage_disabled' });
    await quota.billing(owner, true, 1);
    expect(await quota.ask(owner, 103)).toMatchObject({ outcome: 'reserved' });
    expect(await quota.ask(owner, 104)).toMatchObject({ outcome: 'denied', reason: 'overage_cap' });
  });

  it('a question is answered from the ledger by any copy', async () => {
    await quota.ask('curious', 1);
    const question = {
      ownerId: 'curious',
      period: quota.period,
      commandId: quota.ids('curious', 1).commandId,
      requestSeq: 1,
    };
    expect(await quota.gateway.core.request(DECISION_QUESTION, question, 2_000)).toMatchObject({
      outcome: 'reserved',
      generation: 1,
    });
    const unknown = { ...question, commandId: quota.ids('curious', 2).commandId };
    expect(await quota.gateway.core.request(DECISION_QUESTION, unknown, 2_000)).toMatchObject({
      outcome: 'undecided',
    });
  });

  it('asked about a request that its message’s copy never decided, it decides', async () => {
    await quota.stopCopies();
    const waiting = quota.prepared('impatient', 1);
    const { assetId, commandId } = waiting.data;
    const appended = await quota.gateway.append(assetSubject(assetId, 'request'), waiting, {
      expect: 0,
      cause: { id: commandId },
    });
    // A copy that took the message and hangs: the broker gives it to nobody else for a while.
    const hung = await quota.server.connect('quota');
    const { jetstream } = brokerOf(hung);
    const consumer = await jetstream.consumers.get('ASSETS', 'quota-decide');
    expect((await consumer.next())?.subject).toBe(assetSubject(assetId, 'request'));
    await quota.startCopies(2);
    const requestSeq = appended.kind === 'appended' ? appended.seq : 0;
    const question = { ownerId: 'impatient', period: quota.period, commandId, requestSeq };
    expect(await quota.gateway.core.request(DECISION_QUESTION, question, 2_000)).toMatchObject({
      outcome: 'reserved',
    });
    expect(await quota.types('impatient')).toEqual(['GenerationReserved']);
  });

  it('after both are replaced, everything delivered again changes nothing, and what waited is decided', async () => {
    const before = await quota.types('crowd');
    await quota.stopCopies();
    const waiting = quota.prepared('waits', 1);
    await quota.gateway.append(assetSubject(waiting.data.assetId, 'request'), waiting, {
      expect: 0,
      cause: { id: waiting.data.commandId },
    });
    await quota.end(quota.stored('crowd', 0));
    await quota.startCopies(2);
    await until(
      'the one that waited is decided',
      async () => (await count('waits', 'GenerationReserved')) === 1,
    );
    expect((await quota.types('crowd')).slice(0, before.length)).toEqual(before);
  });
});
