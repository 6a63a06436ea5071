import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokerOf } from './broker.js';
import type { EventLog } from './event-log.js';
import { LogServer } from './testing/log-server.js';
import { cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';
import { until } from './testing/until.js';

describe('follow', () => {
  let server: LogServer;
  let log: EventLog;
  const append = (name: string, number: number) =>
    log.append(requestSubject(name), cancelOf(name, number), { cause: { id: `${name}-${number}` } });
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
  beforeAll(async () => {
    server = await LogServer.start();
    log = await server.connect('gateway', { timeoutMs: 20_000 });
  });
  afterAll(() => server.stop());

  it('brings what was there and what comes, one at a time', async () => {
    for (const n of upTo(20)) await append('plain', n);
    const seen: number[] = [];
    let running = 0;
    const follow = await log.follow(
      'ASSETS',
      { from: 'start', subjects: [requestSubject('plain')] },
      async (fact) => {
        expect(++running).toBe(1);
        await setImmediate();
        seen.push(numberOf(fact));
        running--;
      },
    );
    await follow.caughtUp;
    expect(seen).toEqual(upTo(20));
    const last = await append('plain', 21);
    expect(await follow.waitFor(last.kind === 'appended' ? last.seq : 0, 5_000)).toBe(true);
    expect(seen).toEqual(upTo(21));
    await follow.stop();
    await follow.closed;
  });

  it('from new brings only what is appended afterwards, and is caught up at once', async () => {
    await append('fresh', 1);
    const seen: number[] = [];
    const follow = await log.follow(
      'ASSETS',
      { from: 'new', subjects: [requestSubject('fresh')] },
      (fact) => {
        seen.push(numberOf(fact));
      },
    );
    await follow.caughtUp;
    await append('fresh', 2);
    await until('the new fact came', () => seen.length > 0);
    expect(seen).toEqual([2]);
    await follow.stop();
  });

  it('is caught up when no fact matches, and says so within the time when one never comes', async () => {
    await append('elsewhere', 1);
    const follow = await log.follow(
      'ASSETS',
      { from: 'start', subjects: [requestSubject('void')] },
      () => {},
    );
    await follow.caughtUp;
    expect(follow.position()).toBe(await log.lastStreamSeq('ASSETS'));
    expect(await follow.waitFor(follow.position() + 1, 50)).toBe(false);
    await follow.stop();
  });

  it('misses nothing and repeats nothing over two kills of the broker', async () => {
    const seen: number[] = [];
    const follow = await log.follow(
      'ASSETS',
      { from: 'start', subjects: [requestSubject('kill')] },
      (fact) => {
        seen.push(numberOf(fact));
      },
    );
    const appending = (async () => {
      for (const n of upTo(600)) await append('kill', n);
    })();
    for (const after of [100, 300]) {
      await until(`${after} facts came`, () => seen.length >= after);
      await server.kill();
      await server.restart();
    }
    await appending;
    await until('the last fact came', () => seen.length >= 600, 20_000);
    expect(seen).toEqual(upTo(600));
    await follow.stop();
  });

  it('ends with the error of its handler', async () => {
    await append('throws', 1);
    const subjects = [requestSubject('throws')];
    const follow = await log.follow('ASSETS', { from: 'start', subjects }, () => {
      throw new Error('cannot apply');
    });
    await expect(follow.closed).rejects.toThrow('cannot apply');
    await expect(follow.caughtUp).rejects.toThrow('cannot apply');
  });

  it('skips what cannot be decoded when told to, and ends otherwise', async () => {
    const subjects = [requestSubject('poison')];
    await brokerOf(log).jetstream.publish(requestSubject('poison'), 'no fact');
    await append('poison', 1);
    const skipped: number[] = [];
    const seen: number[] = [];
    const onUndecodable = (_: Error, seq: number) => void skipped.push(seq);
    const tolerant = await log.follow('ASSETS', { from: 'start', subjects, onUndecodable }, (fact) => {
      seen.push(numberOf(fact));
    });
    await tolerant.caughtUp;
    expect([skipped.length, seen]).toEqual([1, [1]]);
    await tolerant.stop();
    const strict = await log.follow('ASSETS', { from: 'start', subjects }, () => {});
    await expect(strict.closed).rejects.toThrow(/ce-type is missing/);
  });
});
