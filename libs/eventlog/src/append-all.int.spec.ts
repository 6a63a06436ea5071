import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationReleased } from '@zoetrope/contracts/facts/ledger';
import { AssetId, CommandId, ProjectId } from '@zoetrope/contracts/ids';
import type { EventLog } from './event-log.js';
import { LogServer } from './testing/log-server.js';

/** Real: a nats-server and two connections, as two copies of one service have them. */
let server: LogServer;
let log: EventLog;
let other: EventLog;
beforeAll(async () => {
  server = await LogServer.start();
  [log, other] = [await server.connect('quota'), await server.connect('quota')];
});
afterAll(() => server?.stop());

const entry = (n: number, cause = `cause-${n}`) => ({
  fact: GenerationReleased({
    commandId: CommandId.parse(`cmd_${String(n).padStart(32, '0')}`),
    assetId: AssetId.parse('ab'.repeat(16)),
    projectId: ProjectId.parse('prj_01234567890123456789'),
    generation: n,
    requestSeq: 1,
    reason: 'failed',
  }),
  cause: { id: cause },
});
const generations = async (subject: string) =>
  (await log.readCurrent(subject)).map(({ data }) => (data as { generation: number }).generation);

describe('several facts in one append', () => {
  it('stand in order, each with its own cause, and the answer names the last', async () => {
    const subject = 'quota.order.2026-01';
    const outcome = await log.appendAll(subject, [entry(1), entry(2), entry(3)], 0);
    const facts = await log.readCurrent(subject);
    expect(await generations(subject)).toEqual([1, 2, 3]);
    expect(facts.map(({ meta }) => meta.causeId)).toEqual(['cause-1', 'cause-2', 'cause-3']);
    expect(outcome).toEqual({ kind: 'appended', seq: facts[2]?.meta.seq, id: facts[2]?.meta.id });
  });

  it('are all refused when the subject has moved on', async () => {
    const subject = 'quota.moved.2026-01';
    await log.append(subject, entry(1).fact, { expect: 0, cause: { id: 'first' } });
    expect(await log.appendAll(subject, [entry(2), entry(3)], 0)).toEqual({ kind: 'conflict' });
    expect(await generations(subject)).toEqual([1]);
  });

  it('refused once may be appended afterwards: nothing of them is remembered', async () => {
    const subject = 'quota.later.2026-01';
    await log.append(subject, entry(1).fact, { expect: 0, cause: { id: 'first' } });
    await log.appendAll(subject, [entry(2), entry(3)], 0);
    const expected = await log.lastSeq(subject);
    expect(await log.appendAll(subject, [entry(2), entry(3)], expected)).toMatchObject({ kind: 'appended' });
    expect(await generations(subject)).toEqual([1, 2, 3]);
  });

  it('that stand there already are a conflict, and stand there once', async () => {
    const subject = 'quota.twice.2026-01';
    await log.appendAll(subject, [entry(1), entry(2)], 0);
    const expected = await log.lastSeq(subject);
    const again = [entry(2), entry(3)];
    for (const expect_ of [0, expected])
      expect(await log.appendAll(subject, again, expect_)).toEqual({ kind: 'conflict' });
    expect(await generations(subject)).toEqual([1, 2]);
  });

  it('of two copies at once: one of them wins, whole', async () => {
    const subject = 'quota.race.2026-01';
    const outcomes = await Promise.all([
      log.appendAll(subject, [entry(1, 'a1'), entry(2, 'a2')], 0),
      other.appendAll(subject, [entry(3, 'b1'), entry(4, 'b2')], 0),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['appended', 'conflict']);
    const stored = await generations(subject);
    expect([JSON.stringify([1, 2]), JSON.stringify([3, 4])]).toContain(JSON.stringify(stored));
  });
});
