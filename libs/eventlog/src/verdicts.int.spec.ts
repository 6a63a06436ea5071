import { describe, expect, it } from '@jest/globals';
import { GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { brokerOf } from './broker.js';
import { NotAFact } from './errors.js';
import { handlerApp } from './testing/handler-app.js';
import { type Cancel, controllerOf, type Handler, HandlerSuite, noting } from './testing/handler-suite.js';
import { assetNamed, cancelOf, numberOf, requestSubject } from './testing/sample-facts.js';
import { until } from './testing/until.js';
import { OnFact, OnParked, type Parked } from './transport.js';
import { done, park, retryIn, type Verdict } from './verdict.js';

const suite = new HandlerSuite();
const { append, run, settled, deadLetter } = suite;

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
    expect(await suite.consumer('v-throw')).toMatchObject({
      num_ack_pending: 1,
      ack_floor: { stream_seq: 0 },
    });
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

  it('a handler that reads something unreadable is tried again: only the message itself is hopeless', async () => {
    let calls = 0;
    await append('v-reads');
    await run([
      controllerOf('v-reads', ['v-reads'], () => {
        calls += 1;
        if (calls === 1) throw new NotAFact('another subject holds something strange');
        return done;
      }),
    ]);
    await settled('v-reads');
    expect(calls).toBe(2);
    expect(await deadLetter('v-reads')).toBeUndefined();
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
    expect((await deadLetter('g-poison'))?.stack).toContain('verdicts.int.spec');
  });

  it('parks what is no fact at once', async () => {
    await brokerOf(suite.log).jetstream.publish(requestSubject('g-garbage'), new Uint8Array([0xff, 0xfe]));
    await run([controllerOf('g-garbage', ['g-garbage'], () => done)]);
    await settled('g-garbage');
    expect(await deadLetter('g-garbage')).toMatchObject({ encoding: 'base64', deliveryCount: 1 });
  });

  it('delivers again what a dying process left, and parks it when its handlers keep dying', async () => {
    await append('g-dies');
    const started: number[] = [];
    const dieInside = async () => {
      const victim = await suite.server.connect('gateway');
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
