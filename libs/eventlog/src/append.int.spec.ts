import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decideAndAppend } from './append-loop.js';
import { brokerOf } from './broker.js';
import { runInContext } from './context.js';
import { LogUnavailable, NotTheWriter } from './errors.js';
import type { EventLog } from './event-log.js';
import { factId } from './identity.js';
import { LogServer } from './testing/log-server.js';
import { cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';

describe('append', () => {
  let server: LogServer;
  let one: EventLog;
  let two: EventLog;
  beforeAll(async () => {
    server = await LogServer.start();
    [one, two] = await Promise.all([server.connect('gateway'), server.connect('gateway')]);
  });
  afterAll(() => server.stop());

  it('records cause, request, trace and a derived id, and reads them back', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const appended = await runInContext({ requestId: 'req-1', traceparent }, () =>
      one.append(requestSubject('meta'), cancelOf('meta'), { expect: 0, cause: { id: 'c1' } }),
    );
    const last = await one.last(requestSubject('meta'));
    expect(appended).toEqual({ kind: 'appended', seq: last?.meta.seq, id: last?.meta.id });
    expect(last?.meta).toMatchObject({
      id: factId('c1', 'GenerationCancelRequested'),
      stream: 'ASSETS',
      subject: requestSubject('meta'),
      causeId: 'c1',
      requestId: 'req-1',
      traceparent,
    });
    expect(last).toMatchObject(cancelOf('meta'));
  });

  it('of two writers with one expectation lets one win and tells the other', async () => {
    const subject = requestSubject('race');
    const outcomes = await Promise.all([
      one.append(subject, cancelOf('race', 1), { expect: 0, cause: { id: 'a' } }),
      two.append(subject, cancelOf('race', 2), { expect: 0, cause: { id: 'b' } }),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['appended', 'conflict']);
    expect(await one.read(subject)).toHaveLength(1);
  });

  it('recognises its own fact when the same append is repeated with the old expectation', async () => {
    const subject = requestSubject('repeat');
    const first = await one.append(subject, cancelOf('repeat'), { expect: 0, cause: { id: 'x' } });
    await one.append(subject, cancelOf('repeat', 2), { cause: { id: 'later' } });
    const again = await two.append(subject, cancelOf('repeat'), { expect: 0, cause: { id: 'x' } });
    expect(again).toMatchObject({ ...first, already: true, fact: cancelOf('repeat') });
    expect(await one.read(subject)).toHaveLength(2);
  });

  it('answers a duplicate without expectation with what the log says, not with what was sent', async () => {
    const subject = requestSubject('duplicate');
    await one.append(subject, cancelOf('duplicate', 1), { cause: { id: 'd' } });
    const again = await one.append(subject, cancelOf('duplicate', 7), { cause: { id: 'd' } });
    expect(again).toMatchObject({ already: true, fact: cancelOf('duplicate', 1) });
  });

  it('keeps facts of one cause and type apart by their key', async () => {
    const subject = requestSubject('key');
    await one.append(subject, cancelOf('key', 1), { cause: { id: 'k' }, key: '1' });
    await one.append(subject, cancelOf('key', 2), { cause: { id: 'k' }, key: '2' });
    expect((await one.readCurrent(subject)).map(numberOf)).toEqual([1, 2]);
  });

  it('finds its own append after the reply was lost and the broker was killed', async () => {
    const subject = requestSubject('lost-reply');
    const { jetstream } = brokerOf(one);
    const publish = jetstream.publish.bind(jetstream);
    let lost = 0;
    jetstream.publish = async (...args) => {
      const ack = await publish(...args);
      if (lost++ > 0) return ack;
      await server.kill();
      void server.restart();
      throw new Error('the reply never came');
    };
    const outcome = await one.append(subject, cancelOf('lost-reply'), { expect: 0, cause: { id: 'l' } });
    jetstream.publish = publish;
    expect(outcome).toMatchObject({ kind: 'appended', already: true });
    expect(await one.readCurrent(subject)).toHaveLength(1);
  });

  it('refuses a fact whose writer is somebody else, and data that its schema refuses', async () => {
    const quota = await server.connect('quota');
    const subject = requestSubject('writer');
    await expect(quota.append(subject, cancelOf('writer'), { cause: { id: 'w' } })).rejects.toThrow(
      NotTheWriter,
    );
    const broken = { ...cancelOf('writer'), data: { number: 'one' } };
    await expect(one.append(subject, broken, { cause: { id: 'w' } })).rejects.toThrow(/Invalid input/);
    expect(await one.lastSeq(subject)).toBe(0);
  });

  it('says that the log is unavailable when no broker answers in time', async () => {
    const lonely = await LogServer.start();
    const log = await lonely.connect('gateway', { timeoutMs: 300 });
    await lonely.kill();
    const append = log.append(requestSubject('down'), cancelOf('down'), { cause: { id: 'u' } });
    await expect(append).rejects.toThrow(LogUnavailable);
    await lonely.stop();
  });
});

describe('decideAndAppend', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterAll(() => server.stop());

  it('counts without a gap however many writers race', async () => {
    const logs = await Promise.all([1, 2, 3].map(() => server.connect('gateway')));
    const subject = requestSubject('count');
    const increment = (log: EventLog, cause: string) =>
      decideAndAppend({
        log,
        subject,
        cause: { id: cause },
        maxRounds: 100,
        load: async () => {
          const facts = await log.read(subject);
          return { state: facts.length, version: facts.at(-1)?.meta.seq ?? 0 };
        },
        decide: (count) => cancelOf('count', count + 1),
      });
    await Promise.all(
      logs.flatMap((log, writer) => Array.from({ length: 8 }, (_, n) => increment(log, `${writer}-${n}`))),
    );
    const numbers = (await logs[0]?.readCurrent(subject))?.map(numberOf);
    expect(numbers).toEqual(Array.from({ length: 24 }, (_, n) => n + 1));
  });

  it('appends nothing when there is nothing to decide', async () => {
    const log = await server.connect('gateway');
    const outcome = await decideAndAppend({
      log,
      subject: requestSubject('nothing'),
      cause: { id: 'n' },
      load: async () => ({ state: 0, version: 0 }),
      decide: () => undefined,
    });
    expect(outcome).toEqual({ kind: 'nothing' });
    expect(await log.lastSeq(requestSubject('nothing'))).toBe(0);
  });
});
