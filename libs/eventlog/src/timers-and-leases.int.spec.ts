import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LEASE_MS } from '@zoetrope/contracts/streams';
import { dueSubject } from '@zoetrope/contracts/subjects';
import { brokerOf, persist } from './broker.js';
import { LogUnavailable } from './errors.js';
import type { EventLog } from './event-log.js';
import { LogServer } from './testing/log-server.js';
import { until } from './testing/until.js';

let server: LogServer;
let log: EventLog;
beforeAll(async () => {
  server = await LogServer.start();
  log = await server.connect('generator', { timeoutMs: 20_000 });
});
afterAll(() => server.stop());

describe('alarms', () => {
  const fired = async (name: string) => {
    const subject = dueSubject('generator', name);
    const { state } = await persist(brokerOf(log), 'info', () =>
      brokerOf(log).manager.streams.info('TIMERS', { subjects_filter: subject }),
    );
    return state.subjects?.[subject] ?? 0;
  };
  const dataOf = async (name: string) =>
    (
      await brokerOf(log).manager.streams.getMessage('TIMERS', {
        last_by_subj: dueSubject('generator', name),
      })
    )?.json();

  it('fires once, at its time, with its data', async () => {
    const at = Date.now() + 1_200;
    await log.alarms.set('generator', 'a.once', new Date(at), { step: 1 });
    expect(await fired('a.once')).toBe(0);
    await until('it fired', async () => (await fired('a.once')) > 0);
    expect(Date.now()).toBeGreaterThanOrEqual(at);
    expect(await dataOf('a.once')).toEqual({ step: 1 });
    await log.alarms.set('generator', 'a.later', 700, null);
    await until('a later alarm fired', async () => (await fired('a.later')) > 0);
    expect(await fired('a.once')).toBe(1);
  });

  it('set again under one name replaces the earlier one', async () => {
    await log.alarms.set('generator', 'a.again', 60_000, { version: 1 });
    await log.alarms.set('generator', 'a.again', 500, { version: 2 });
    await until('it fired', async () => (await fired('a.again')) > 0);
    expect(await dataOf('a.again')).toEqual({ version: 2 });
  });

  it('in the past fires at once, rings early, and never after it was cancelled', async () => {
    await log.alarms.set('generator', 'a.past', -5_000, 'past');
    await log.alarms.ring('generator', 'a.rung', 'rung');
    await log.alarms.set('generator', 'a.cancelled', 400, 'never');
    await log.alarms.cancel('generator', 'a.cancelled');
    await log.alarms.set('generator', 'a.after', 900, null);
    expect(await dataOf('a.rung')).toBe('rung');
    await until('the past one fired', async () => (await fired('a.past')) > 0);
    await until('one set later fired', async () => (await fired('a.after')) > 0);
    expect(await fired('a.cancelled')).toBe(0);
  });

  it('survives kill -9 of the broker, also when it came due meanwhile', async () => {
    await log.alarms.set('generator', 'a.overdue', 300, 'overdue');
    await log.alarms.set('generator', 'a.pending', 3_000, 'pending');
    const due = Date.now() + 300;
    await server.kill();
    await until('the first is overdue', () => Date.now() > due);
    await server.restart();
    await until('both fired', async () => (await fired('a.overdue')) > 0 && (await fired('a.pending')) > 0);
    expect(await dataOf('a.pending')).toBe('pending');
  });

  it('refuses one that the broker would silently drop', async () => {
    await expect(log.alarms.set('generator', 'a.far', 40 * 86_400_000, null)).rejects.toThrow(RangeError);
  });
});

describe('leases', () => {
  it('are held and listed with their value until released', async () => {
    let value = { port: 1 };
    const lease = await log.leases.hold('gateway.one', () => value);
    expect(lease.isHeld()).toBe(true);
    expect(await log.leases.list('gateway.')).toMatchObject([{ key: 'gateway.one', value: { port: 1 } }]);
    value = { port: 2 };
    await lease.renew();
    expect(await log.leases.list('gateway.')).toMatchObject([{ value: { port: 2 } }]);
    expect(await log.leases.list('notifier.')).toEqual([]);
    await lease.release();
    expect(lease.isHeld()).toBe(false);
    expect(await log.leases.list('gateway.')).toEqual([]);
  });

  it('renew themselves, and lapse for holder and list when the holder cannot write', async () => {
    const mine = await LogServer.start();
    const [holder, watcher] = [await mine.connect('gateway'), await mine.connect('notifier')];
    const lease = await holder.leases.hold('gateway.two', () => null);
    await until('it was renewed', async () => {
      const [view] = await watcher.leases.list('gateway.');
      return view && (await brokerOf(watcher).manager.streams.info('KV_leases')).state.last_seq > 1;
    });
    await brokerOf(holder).connection.close();
    expect(lease.isHeld()).toBe(true);
    await until('it lapsed', () => !lease.isHeld(), LEASE_MS + 1_000);
    await until('the list agrees', async () => (await watcher.leases.list('gateway.')).length === 0, 3_000);
    await mine.stop();
  });
});

describe('core bus', () => {
  it('carries JSON to subscribers and answers to askers', async () => {
    const other = await server.connect('quota');
    const heard: unknown[] = [];
    const listening = other.core.subscribe('decision.x', (data) => heard.push(data));
    const answering = other.core.respond('ask.twice', (n) => ({ twice: (n as number) * 2 }), {
      queue: 'quota',
    });
    await brokerOf(other).connection.flush();
    log.core.publish('decision.x', { ok: true });
    expect(await log.core.request('ask.twice', 21, 2_000)).toEqual({ twice: 42 });
    await until('it was heard', () => heard.length > 0);
    expect(heard).toEqual([{ ok: true }]);
    listening.stop();
    answering.stop();
    await brokerOf(other).connection.flush();
    await expect(log.core.request('ask.twice', 21, 500)).rejects.toThrow(LogUnavailable);
  });

  it('tells the asker at once when the answering side throws', async () => {
    const faults: unknown[] = [];
    const other = await server.connect('quota', { onFault: (error) => faults.push(error) });
    other.core.respond('ask.broken', () => {
      throw new Error('broken');
    });
    await brokerOf(other).connection.flush();
    await expect(log.core.request('ask.broken', null, 10_000)).rejects.toThrow(LogUnavailable);
    expect(faults).toHaveLength(1);
  });
});
