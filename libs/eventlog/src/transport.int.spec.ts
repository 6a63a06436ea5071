import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { AssetDeleted, AssetPrepared, GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { deadSubject } from '@zoetrope/contracts/subjects';
import { brokerOf } from './broker.js';
import { currentContext } from './context.js';
import type { DeadLetter } from './dead-letters.js';
import type { EventLog } from './event-log.js';
import { handlerApp } from './testing/handler-app.js';
import { LogServer } from './testing/log-server.js';
import { assetNamed, cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';
import { until } from './testing/until.js';
import { OnDue, OnFact, OnParked, type Parked, type Received, type ReceivedAlarm } from './transport.js';
import { done, park, retryIn, type Verdict } from './verdict.js';

type Cancel = Received<typeof GenerationCancelRequested>;
type Handler = (received: Cancel) => Promise<Verdict> | Verdict;

let server: LogServer;
let log: EventLog;
const apps: INestApplication[] = [];
beforeAll(async () => {
  server = await LogServer.start();
  log = await server.connect('gateway', { timeoutMs: 20_000 });
});
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});
afterAll(() => server.stop());

/** A handler that only takes note. */
const noting =
  <T>(notes: { push(note: T): unknown }, note: (received: Cancel) => T): Handler =>
  (received) => {
    notes.push(note(received));
    return done;
  };

const append = (name: string, number = 1) =>
  log.append(requestSubject(name), cancelOf(name, number), { cause: { id: `${name}-${number}` } });

/** A handler for the requests of some assets under a durable of its own. */
function controllerOf(
  durable: string,
  names: string[],
  handle: Handler,
  options: { concurrency?: number; maxDeliveries?: number } = {},
): Type {
  class Handlers {
    @OnFact(GenerationCancelRequested, {
      durable,
      stream: 'ASSETS',
      filter: names.map(requestSubject),
      ...options,
    })
    on(received: Cancel) {
      return handle(received);
    }
  }
  return Handlers;
}

async function run(controllers: Type[], options: Parameters<typeof handlerApp>[2] = {}) {
  const { app, transport } = await handlerApp(log, controllers, options);
  apps.push(app);
  return transport;
}

const pending = async (durable: string) => {
  const info = await brokerOf(log).manager.consumers.info('ASSETS', durable);
  return {
    unsettled: info.num_ack_pending,
    undelivered: info.num_pending,
    ackFloor: info.ack_floor.stream_seq,
  };
};
const settled = (durable: string) =>
  until(`${durable} has nothing left`, async () => {
    const { unsettled, undelivered } = await pending(durable);
    return unsettled + undelivered === 0;
  });
const deadLetter = async (durable: string) => {
  const subject = deadSubject('gateway', durable);
  const message = await brokerOf(log).manager.streams.getMessage('DEADLETTERS', { last_by_subj: subject });
  return message?.json<DeadLetter>();
};

describe('verdicts', () => {
  it('done acknowledges, once', async () => {
    const seen: number[] = [];
    await append('v-done', 7);
    await run([
      controllerOf(
        'v-done',
        ['v-done'],
        noting(seen, ({ fact }) => numberOf(fact)),
      ),
    ]);
    await settled('v-done');
    expect(seen).toEqual([7]);
  });

  it('a throw is not acknowledged but delivered again, with its count', async () => {
    const counts: number[] = [];
    await append('v-throw');
    await run([
      controllerOf('v-throw', ['v-throw'], ({ deliveryCount }) => {
        counts.push(deliveryCount);
        if (deliveryCount === 1) throw new Error('not this time');
        return done;
      }),
    ]);
    await until('it failed once', () => counts.length === 1);
    expect(await pending('v-throw')).toMatchObject({ unsettled: 1, ackFloor: 0 });
    await settled('v-throw');
    expect(counts).toEqual([1, 2]);
    expect(await deadLetter('v-throw')).toBeUndefined();
  });

  it('retryIn brings it again after that time', async () => {
    const at: number[] = [];
    await append('v-retry');
    await run([
      controllerOf('v-retry', ['v-retry'], () => {
        at.push(performance.now());
        return at.length < 3 ? retryIn(300) : done;
      }),
    ]);
    await settled('v-retry');
    expect(at).toHaveLength(3);
    expect((at[2] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(590);
    expect(() => retryIn(60_000)).toThrow(RangeError);
  });

  it('park writes a dead letter with the original and the reason, and then acknowledges', async () => {
    const appended = await append('v-park', 3);
    await run([controllerOf('v-park', ['v-park'], () => park('hopeless'))]);
    await settled('v-park');
    const letter = await deadLetter('v-park');
    expect(letter).toMatchObject({
      service: 'gateway',
      durable: 'v-park',
      stream: 'ASSETS',
      subject: requestSubject('v-park'),
      seq: appended.kind === 'appended' ? appended.seq : 0,
      why: 'hopeless',
      deliveryCount: 1,
      encoding: 'utf8',
    });
    expect(JSON.parse(letter?.body ?? '')).toEqual(cancelOf('v-park', 3).data);
    expect(letter?.headers['ce-type']).toEqual(['zoetrope.GenerationCancelRequested.v1']);
  });

  it('a handler without a verdict has failed', async () => {
    await append('v-none');
    const nothing = (() => undefined) as unknown as Handler;
    await run([controllerOf('v-none', ['v-none'], nothing, { maxDeliveries: 1 })]);
    await settled('v-none');
    expect((await deadLetter('v-none'))?.why).toMatch(/without a verdict/);
  });
});

describe('giving up', () => {
  it('parks the poison message with its last delivery, tells the service first, and lets others go on', async () => {
    const handled: string[] = [];
    const told: Parked[] = [];
    class Handlers {
      @OnFact(GenerationCancelRequested, {
        durable: 'g-poison',
        stream: 'ASSETS',
        filter: [requestSubject('g-bad'), requestSubject('g-good')],
        maxDeliveries: 2,
      })
      on({ fact }: Cancel): Verdict {
        if (fact.data.assetId === assetNamed('g-bad')) throw new Error('poison');
        handled.push(fact.data.assetId);
        return done;
      }
      @OnParked({ durable: 'g-poison', stream: 'ASSETS' })
      async parked(parked: Parked) {
        expect(await deadLetter('g-poison')).toBeUndefined();
        told.push(parked);
      }
    }
    await append('g-bad');
    await append('g-good');
    await run([Handlers]);
    await until('the good one is handled', () => handled.length === 1);
    await settled('g-poison');
    expect(told).toMatchObject([
      { why: 'poison', deliveryCount: 2, fact: { type: 'GenerationCancelRequested' } },
    ]);
    expect(await deadLetter('g-poison')).toMatchObject({ why: 'poison', deliveryCount: 2 });
    expect((await deadLetter('g-poison'))?.stack).toContain('transport.int.spec');
  });

  it('parks what is no fact at once', async () => {
    await brokerOf(log).jetstream.publish(requestSubject('g-garbage'), new Uint8Array([0xff, 0xfe]));
    await run([controllerOf('g-garbage', ['g-garbage'], () => done)]);
    await settled('g-garbage');
    expect(await deadLetter('g-garbage')).toMatchObject({ encoding: 'base64', deliveryCount: 1 });
  });

  it('delivers again what a dying process left, and parks it when its handlers keep dying', async () => {
    await append('g-dies');
    const started: number[] = [];
    const dieInside = async () => {
      const victim = await server.connect('gateway');
      const died = Promise.withResolvers<void>();
      const hang: Handler = ({ deliveryCount }) => {
        started.push(deliveryCount);
        died.resolve();
        return new Promise<Verdict>(() => undefined);
      };
      const controller = controllerOf('g-dies', ['g-dies'], hang, { maxDeliveries: 2 });
      const { app } = await handlerApp(victim, [controller], { ackWaitMs: 900, graceMs: 0 });
      await died.promise;
      // As after kill -9: no acknowledgement, no heartbeat, no goodbye.
      await brokerOf(victim).connection.close();
      await app.close();
    };
    await dieInside();
    await dieInside();
    await run([controllerOf('g-dies', ['g-dies'], () => done, { maxDeliveries: 2 })], { ackWaitMs: 900 });
    await settled('g-dies');
    expect(started).toEqual([1, 2]);
    expect((await deadLetter('g-dies'))?.why).toMatch(/keeps dying/);
  });
});

describe('delivery', () => {
  it('keeps the order within a lane and runs lanes beside each other', async () => {
    for (const n of [1, 2, 3]) await append('l-slow', n);
    await append('l-quick', 1);
    const gate = Promise.withResolvers<void>();
    const seen: string[] = [];
    await run([
      controllerOf('l-lanes', ['l-slow', 'l-quick'], async ({ fact }) => {
        const slow = fact.data.assetId === assetNamed('l-slow');
        if (slow && numberOf(fact) === 1) await gate.promise;
        seen.push(`${slow ? 'slow' : 'quick'} ${numberOf(fact)}`);
        if (!slow) gate.resolve();
        return done;
      }),
    ]);
    await settled('l-lanes');
    expect(seen).toEqual(['quick 1', 'slow 1', 'slow 2', 'slow 3']);
  });

  it('heartbeats a handler that takes longer than the acknowledgement wait', async () => {
    await append('l-long');
    const counts: number[] = [];
    const redelivered: number[] = [];
    const controller = controllerOf('l-long', ['l-long'], async ({ deliveryCount }) => {
      counts.push(deliveryCount);
      const began = performance.now();
      await until('three waits are over', () => performance.now() - began > 3_000);
      redelivered.push((await brokerOf(log).manager.consumers.info('ASSETS', 'l-long')).num_redelivered);
      return done;
    });
    await run([controller], { ackWaitMs: 1_000 });
    await settled('l-long');
    expect([counts, redelivered]).toEqual([[1], [0]]);
  });

  it('acknowledges facts that no method wants and dispatches the others by type', async () => {
    const seen: string[] = [];
    class Handlers {
      @OnFact([AssetDeleted, AssetPrepared], {
        durable: 'd-types',
        stream: 'ASSETS',
        filter: requestSubject('d-types'),
      })
      onBoth({ fact }: Received<typeof AssetDeleted> | Received<typeof AssetPrepared>): Verdict {
        seen.push(fact.type);
        return done;
      }
    }
    await append('d-types', 1);
    const { assetId, projectId, ownerId, commandId } = cancelOf('d-types').data as Cancel['fact']['data'];
    const deleted = AssetDeleted({ assetId, projectId, ownerId, commandId, number: 1 });
    await log.append(requestSubject('d-types'), deleted, { cause: { id: 'deleted' } });
    await run([Handlers]);
    await settled('d-types');
    expect(seen).toEqual(['AssetDeleted']);
  });

  it('gives a handler the request id and trace of its message', async () => {
    const cause = { id: 'ctx', requestId: 'req-9', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    await log.append(requestSubject('d-context'), cancelOf('d-context'), { cause });
    const contexts: unknown[] = [];
    await run([controllerOf('d-context', ['d-context'], noting(contexts, currentContext))]);
    await settled('d-context');
    const { requestId, traceparent } = cause;
    expect(contexts).toEqual([{ requestId, traceparent, assetId: assetNamed('d-context') }]);
  });

  it('goes on after kill -9 of the broker', async () => {
    const seen: number[] = [];
    await run([
      controllerOf(
        'd-kill',
        ['d-kill'],
        noting(seen, ({ fact }) => numberOf(fact)),
      ),
    ]);
    await append('d-kill', 1);
    await until('the first came', () => seen.includes(1));
    await server.kill();
    await server.restart();
    await append('d-kill', 2);
    await until('the next came', () => seen.includes(2));
    // The acknowledgement of the first may have died with the broker: then it comes twice, never not at all.
    expect(seen.filter((n) => n === 2)).toHaveLength(1);
  });

  it('refuses two methods for one fact of a durable', async () => {
    const twice = [1, 2].map(() => controllerOf('d-twice', ['d-twice'], () => done));
    await expect(run(twice)).rejects.toThrow(/two handlers/);
  });
});

describe('alarms', () => {
  it('reach their handler with name and data, and park like facts', async () => {
    const seen: unknown[] = [];
    class Handlers {
      @OnDue({ durable: 'gateway-due', service: 'gateway' })
      due({ alarm, deliveryCount }: ReceivedAlarm<{ step: number }>): Verdict {
        seen.push([alarm.name, alarm.data.step, deliveryCount]);
        return alarm.data.step === 2 ? park('enough') : done;
      }
    }
    await run([Handlers]);
    await log.alarms.set('gateway', 'x.1.stage1.1', 200, { step: 1 });
    await log.alarms.ring('gateway', 'x.1.stage2.1', { step: 2 });
    await until('both came', () => seen.length === 2);
    expect(seen).toEqual([
      ['x.1.stage2.1', 2, 1],
      ['x.1.stage1.1', 1, 1],
    ]);
    await until('the dead letter is there', async () => (await deadLetter('gateway-due'))?.why === 'enough');
  });
});

describe('shutdown', () => {
  it('lets a running handler end, gives back what waits, and starts nothing more', async () => {
    for (const n of [1, 2, 3]) await append('s-end', n);
    const running = Promise.withResolvers<AbortSignal>();
    const gate = Promise.withResolvers<void>();
    const first: number[] = [];
    const transport = await run([
      controllerOf('s-end', ['s-end'], async ({ fact, signal }) => {
        running.resolve(signal);
        await gate.promise;
        first.push(numberOf(fact));
        return done;
      }),
    ]);
    const signal = await running.promise;
    const closed = transport.close();
    expect(signal.aborted).toBe(true);
    gate.resolve();
    await closed;
    expect(first).toEqual([1]);
    const second: number[] = [];
    await run([
      controllerOf(
        's-end',
        ['s-end'],
        noting(second, ({ fact }) => numberOf(fact)),
      ),
    ]);
    await settled('s-end');
    expect(second.toSorted()).toEqual([2, 3]);
  });

  it('does not wait for ever for a handler that does not end', async () => {
    await append('s-hang');
    const running = Promise.withResolvers<void>();
    const hang: Handler = () => {
      running.resolve();
      return new Promise<Verdict>(() => undefined);
    };
    const transport = await run([controllerOf('s-hang', ['s-hang'], hang)], { graceMs: 200 });
    await running.promise;
    const began = performance.now();
    await transport.close();
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
