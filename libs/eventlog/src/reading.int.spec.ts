import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headers } from '@nats-io/nats-core';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { brokerOf } from './broker.js';
import { NotAFact, UnknownVersion } from './errors.js';
import type { EventLog } from './event-log.js';
import { LogServer } from './testing/log-server.js';
import { assetNamed, cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';

describe('reading', () => {
  let server: LogServer;
  let log: EventLog;
  const fill = async (name: string, count: number) => {
    for (let n = 1; n <= count; n++)
      await log.append(requestSubject(name), cancelOf(name, n), { cause: { id: `${name}-${n}` } });
  };
  beforeAll(async () => {
    server = await LogServer.start();
    log = await server.connect('gateway');
  });
  afterAll(() => server.stop());

  it('of a subject without facts gives nothing and sequence 0', async () => {
    const subject = requestSubject('empty');
    expect(await log.last(subject)).toBeUndefined();
    expect(await log.first(subject)).toBeUndefined();
    expect(await log.lastSeq(subject)).toBe(0);
    expect(await log.read(subject)).toEqual([]);
    expect(await log.readCurrent(subject)).toEqual([]);
    expect(await log.get('ASSETS', 999_999)).toBeUndefined();
  });

  it('gives one subject in order, over more than one batch, and any range of it', async () => {
    await fill('other', 1);
    await fill('long', 600);
    const facts = await log.read(requestSubject('long'));
    expect(facts.map(numberOf)).toEqual(Array.from({ length: 600 }, (_, n) => n + 1));
    const [from, to] = [facts[9]?.meta.seq ?? 0, facts[19]?.meta.seq];
    expect((await log.read(requestSubject('long'), { from, to })).map(numberOf)).toEqual(
      Array.from({ length: 11 }, (_, n) => n + 10),
    );
    expect(
      (await log.readCurrent(requestSubject('long'), { from: facts[598]?.meta.seq })).map(numberOf),
    ).toEqual([599, 600]);
    expect((await log.first(requestSubject('long')))?.meta.seq).toBe(facts[0]?.meta.seq);
  });

  it('merges subjects in stream order and leaves out what was appended after the call', async () => {
    await fill('left', 2);
    await fill('right', 2);
    await fill('left', 3);
    const merged = await log.readMerged([requestSubject('left'), requestSubject('right')]);
    expect(merged.map((fact) => fact.meta.seq)).toEqual(
      merged.map((fact) => fact.meta.seq).toSorted((a, b) => a - b),
    );
    expect(merged).toHaveLength(5);
    const inLog = await log.lastStreamSeq('ASSETS');
    expect(merged.at(-1)?.meta.seq).toBe(inLog);
    await expect(log.readMerged([requestSubject('left'), 'quota.owner.2026-11'])).rejects.toThrow(
      /different streams/,
    );
  });

  it('asks the leader for what a replica lacks', async () => {
    await fill('stale', 3);
    const { direct } = brokerOf(log).manager;
    const getBatch = direct.getBatch.bind(direct);
    const to = await log.lastSeq(requestSubject('stale'));
    // A replica that has not seen the last fact yet.
    direct.getBatch = async (stream, query) => {
      const found = [];
      for await (const message of await getBatch(stream, query)) if (message.seq < to) found.push(message);
      return found as unknown as ReturnType<typeof getBatch>;
    };
    const facts = await log.readCurrent(requestSubject('stale'));
    direct.getBatch = getBatch;
    expect(facts.map(numberOf)).toEqual([1, 2, 3]);
  });

  it('tells the epoch and the end of a stream', async () => {
    const view = await log.streamInfo('ASSETS');
    expect(Date.parse(view.created)).toBeGreaterThan(Date.now() - 60_000);
    expect(view.lastSeq).toBe(await log.lastStreamSeq('ASSETS'));
  });

  it('refuses what is no fact, and tells a version that it does not know', async () => {
    const subject = assetSubject(assetNamed('garbage'), 'request');
    const { jetstream } = brokerOf(log);
    await jetstream.publish(subject, 'no fact');
    await expect(log.last(subject)).rejects.toThrow(NotAFact);
    const newer = headers();
    newer.set('ce-type', 'zoetrope.GenerationCancelRequested.v9');
    await jetstream.publish(subject, '{}', { headers: newer });
    await expect(log.last(subject)).rejects.toThrow(UnknownVersion);
  });
});
