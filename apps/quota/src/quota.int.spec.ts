import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCancelled, GenerationFailed, Mp4Stored } from '@zoetrope/contracts/facts/generation';
import { AssetPrepared } from '@zoetrope/contracts/facts/request';
import { AccountOpened, BillingChanged, PlanChanged } from '@zoetrope/contracts/facts/tenant';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import type { Decision } from '@zoetrope/contracts/messages';
import {
  accountSubject,
  assetSubject,
  DECISION_QUESTION,
  decisionSubject,
  ledgerSubject,
  projectSubject,
} from '@zoetrope/contracts/subjects';
import { brokerOf } from '@zoetrope/eventlog/broker';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { until } from '@zoetrope/eventlog/testing/until';
import { parseConfig, serviceConfig } from '@zoetrope/platform/config';
import { createLogger } from '@zoetrope/platform/logging';
import { type RunningService, startService } from '@zoetrope/platform/service';
import { QuotaModule } from './quota.module.js';

/** Real: a nats-server and two copies of quota. The requests and outcomes are appended by hand, as gateway and generator do. */
let server: LogServer;
let gateway: EventLog;
let generator: EventLog;
const copies: RunningService[] = [];
const period = Period.parse('2026-11');
const projectId = ProjectId.parse(`prj_${'0'.repeat(20)}`);

const startCopy = () => {
  const config = parseConfig(serviceConfig, { NATS_URL: server.url, LOG_LEVEL: 'silent' });
  return startService(
    { name: 'quota', module: QuotaModule, config },
    createLogger({ service: 'quota', level: 'silent' }),
  );
};

beforeAll(async () => {
  server = await LogServer.start();
  gateway = await server.connect('gateway');
  generator = await server.connect('generator');
  copies.push(await startCopy(), await startCopy());
});
afterAll(async () => {
  await Promise.all(copies.map((copy) => copy.stop()));
  await server?.stop();
});

const hex = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const ids = (owner: string, n: number) => ({
  assetId: AssetId.parse(hex(`${owner}-asset-${n}`)),
  projectId,
  ownerId: OwnerId.parse(owner),
  commandId: CommandId.parse(`cmd_${hex(`${owner}-command-${n}`)}`),
});
const prepared = (owner: string, n: number) =>
  AssetPrepared({
    ...ids(owner, n),
    number: 1,
    period,
    src: 'https://example.com/a.jpg',
    asked: {},
    defaults: { motion: 'medium', mode: 'loop', dur_seconds: 4 },
    requestedBy: 'api',
  });

/** Asks as the gateway does and waits for the decision. */
async function ask(owner: string, n: number): Promise<Decision> {
  const fact = prepared(owner, n);
  const { commandId, assetId } = fact.data;
  const heard = Promise.withResolvers<Decision>();
  const subscription = gateway.core.subscribe(decisionSubject(commandId), (data) =>
    heard.resolve(data as Decision),
  );
  await gateway.append(assetSubject(assetId, 'request'), fact, { expect: 0, cause: { id: commandId } });
  const decision = await heard.promise;
  subscription.stop();
  return decision;
}

const ledger = (owner: string) => gateway.readCurrent(ledgerSubject(owner, period));
const types = async (owner: string) => (await ledger(owner)).map(({ type }) => type);
const count = async (owner: string, type: string) =>
  (await types(owner)).filter((name) => name === type).length;
const base = (owner: string, n: number) => ({
  ...ids(owner, n),
  period,
  generation: 1,
  requestSeq: 1,
  latest: { generation: 1, requestSeq: 1 },
});
const stored = (owner: string, n: number) =>
  Mp4Stored({
    ...base(owner, n),
    key: 'k',
    sha256: 'a'.repeat(64),
    bytes: 1,
    durationMs: 1,
    width: 2,
    height: 2,
    loopMode: 'none',
    model: 'wan-fast',
    posterKey: 'p',
    latencyMs: 1,
  });
const appendOutcome = (
  fact:
    | ReturnType<typeof stored>
    | ReturnType<typeof GenerationFailed>
    | ReturnType<typeof GenerationCancelled>,
) =>
  generator.append(assetSubject(fact.data.assetId, 'generation'), fact, {
    cause: { id: `outcome-of-${fact.data.commandId}` },
  });

describe('two copies of quota', () => {
  it('never oversell an owner’s month, and tell every caller', async () => {
    const decisions = await Promise.all(Array.from({ length: 40 }, (_, n) => ask('crowd', n)));
    expect(decisions.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(5);
    expect(decisions.filter(({ outcome }) => outcome === 'denied')).toHaveLength(35);
    expect(await types('crowd')).toHaveLength(40);
  });

  it('charge what is stored, give back what failed, once each', async () => {
    for (const n of [1, 2, 3]) await ask('settled', n);
    await appendOutcome(stored('settled', 1));
    await appendOutcome(GenerationFailed({ ...base('settled', 2), code: 'i2v_failed', message: 'no' }));
    await appendOutcome(
      GenerationCancelled({ ...base('settled', 3), reason: 'superseded', predicted: false }),
    );
    await until('all three are settled', async () => (await ledger('settled')).length === 6);
    expect((await types('settled')).sort()).toEqual([
      ...['GenerationCharged', 'GenerationCharged', 'GenerationReleased'],
      ...['GenerationReserved', 'GenerationReserved', 'GenerationReserved'],
    ]);
  });

  it('charge an explicit cancel only after its first prediction was recorded', async () => {
    for (const n of [1, 2]) await ask('cancelled', n);
    await appendOutcome(
      GenerationCancelled({ ...base('cancelled', 1), reason: 'requested', predicted: false }),
    );
    await appendOutcome(
      GenerationCancelled({ ...base('cancelled', 2), reason: 'requested', predicted: true }),
    );
    await until('both are settled', async () => (await ledger('cancelled')).length === 4);
    const settled = (await ledger('cancelled'))
      .slice(2)
      .map(({ type, data }) => [type, (data as { commandId: string }).commandId]);
    expect(settled.sort()).toEqual([
      ['GenerationCharged', ids('cancelled', 2).commandId],
      ['GenerationReleased', ids('cancelled', 1).commandId],
    ]);
  });

  it('an upgrade or a toggle of a moment ago counts for the next request', async () => {
    const owner = OwnerId.parse('grows');
    await gateway.append(accountSubject(owner), AccountOpened({ ownerId: owner, plan: 'free' }), {
      cause: { id: 'opened' },
    });
    for (const n of [1, 2, 3, 4, 5]) await ask(owner, n);
    expect(await ask(owner, 6)).toMatchObject({ outcome: 'denied', reason: 'limit' });
    await gateway.append(accountSubject(owner), PlanChanged({ ownerId: owner, plan: 'pro' }), {
      cause: { id: 'upgraded' },
    });
    expect(await ask(owner, 7)).toMatchObject({ outcome: 'reserved' });
    for (let n = 8; n <= 101; n++) await ask(owner, n);
    expect(await ask(owner, 102)).toMatchObject({ outcome: 'denied', reason: 'overage_disabled' });
    const toggle = BillingChanged({ projectId, ownerId: owner, overageEnabled: true, overageCap: 1 });
    await gateway.append(projectSubject(projectId), toggle, { cause: { id: 'toggled' } });
    expect(await ask(owner, 103)).toMatchObject({ outcome: 'reserved' });
    expect(await ask(owner, 104)).toMatchObject({ outcome: 'denied', reason: 'overage_cap' });
  });

  it('a question is answered from the ledger by any copy', async () => {
    await ask('curious', 1);
    const question = { ownerId: 'curious', period, commandId: ids('curious', 1).commandId, requestSeq: 1 };
    expect(await gateway.core.request(DECISION_QUESTION, question, 2_000)).toMatchObject({
      outcome: 'reserved',
      generation: 1,
    });
    const unknown = { ...question, commandId: ids('curious', 2).commandId };
    expect(await gateway.core.request(DECISION_QUESTION, unknown, 2_000)).toMatchObject({
      outcome: 'undecided',
    });
  });

  it('asked about a request that its message’s copy never decided, it decides', async () => {
    await Promise.all(copies.splice(0).map((copy) => copy.stop()));
    const waiting = prepared('impatient', 1);
    const { assetId, commandId } = waiting.data;
    const appended = await gateway.append(assetSubject(assetId, 'request'), waiting, {
      expect: 0,
      cause: { id: commandId },
    });
    // A copy that took the message and hangs: the broker gives it to nobody else for a while.
    const hung = await server.connect('quota');
    const { jetstream } = brokerOf(hung);
    const consumer = await jetstream.consumers.get('ASSETS', 'quota-decide');
    expect((await consumer.next())?.subject).toBe(assetSubject(assetId, 'request'));
    copies.push(await startCopy(), await startCopy());
    const requestSeq = appended.kind === 'appended' ? appended.seq : 0;
    const question = { ownerId: 'impatient', period, commandId, requestSeq };
    expect(await gateway.core.request(DECISION_QUESTION, question, 2_000)).toMatchObject({
      outcome: 'reserved',
    });
    expect(await types('impatient')).toEqual(['GenerationReserved']);
  });

  it('after both are replaced, everything delivered again changes nothing, and what waited is decided', async () => {
    const before = await types('crowd');
    await Promise.all(copies.splice(0).map((copy) => copy.stop()));
    const waiting = prepared('waits', 1);
    await gateway.append(assetSubject(waiting.data.assetId, 'request'), waiting, {
      expect: 0,
      cause: { id: waiting.data.commandId },
    });
    await appendOutcome(stored('crowd', 0));
    copies.push(await startCopy(), await startCopy());
    await until(
      'the one that waited is decided',
      async () => (await count('waits', 'GenerationReserved')) === 1,
    );
    expect((await types('crowd')).slice(0, before.length)).toEqual(before);
  });
});
