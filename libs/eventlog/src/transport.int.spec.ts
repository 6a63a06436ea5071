import { describe, expect, it } from '@jest/globals';
import { AssetDeleted, AssetPrepared } from '@zoetrope/contracts/facts/request';
import { currentContext } from './context.js';
import { type Cancel, controllerOf, type Handler, HandlerSuite, noting } from './testing/handler-suite.js';
import { assetNamed, cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';
import { until } from './testing/until.js';
import { OnDue, OnFact, type Received, type ReceivedAlarm } from './transport.js';
import { done, park, type Verdict } from './verdict.js';

const suite = new HandlerSuite();
const { append, run, settled, deadLetter } = suite;

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
      redelivered.push((await suite.consumer('l-long')).num_redelivered);
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
    await suite.log.append(requestSubject('d-types'), deleted, { cause: { id: 'deleted' } });
    await run([Handlers]);
    await settled('d-types');
    expect(seen).toEqual(['AssetDeleted']);
  });

  it('gives a handler the request id and trace of its message', async () => {
    const cause = { id: 'ctx', requestId: 'req-9', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };
    await suite.log.append(requestSubject('d-context'), cancelOf('d-context'), { cause });
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
    await suite.server.kill();
    await suite.server.restart();
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
    await suite.log.alarms.set('gateway', 'x.1.stage1.1', 200, { step: 1 });
    await suite.log.alarms.ring('gateway', 'x.1.stage2.1', { step: 2 });
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
