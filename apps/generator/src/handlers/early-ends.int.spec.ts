import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DecisionQuestion } from '@zoetrope/contracts/messages';
import { DECISION_QUESTION } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { done } from '@zoetrope/eventlog/verdict';
import { systemClock } from '@zoetrope/platform/clock';
import { parseConfig } from '@zoetrope/platform/config';
import { Cancellations } from '../cancellations.js';
import { generatorConfig } from '../config.js';
import { Fates } from '../fates.js';
import { Generations } from '../generations.js';
import { PipelineAlarms } from '../pipeline-alarms.js';
import { Provider } from '../provider/provider.js';
import { TestAsset } from '../testing/asset.js';
import { EndGenerationWhenCancelRequested } from './end-generation-when-cancel-requested.js';
import { RecordQueuedWhenReserved } from './record-queued-when-reserved.js';
import { Takings } from './takings.js';

/**
 * Real: a broker. Reservations and cancels are delivered in the order a test wants. Quota is a responder that knows
 * which asks it accepted; no generation gets as far as a prediction.
 */
let server: LogServer;
let logs: Record<'gateway' | 'quota' | 'generator', EventLog>;
let queue: RecordQueuedWhenReserved;
let cancels: EndGenerationWhenCancelRequested;
const denied = new Set<string>();
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await LogServer.start();
  logs = {
    gateway: await server.connect('gateway'),
    quota: await server.connect('quota'),
    generator: await server.connect('generator'),
  };
  logs.quota.core.respond(DECISION_QUESTION, async (question) => {
    const { commandId } = DecisionQuestion.parse(question);
    return denied.has(commandId)
      ? { outcome: 'denied', commandId, generation: 1, reason: 'limit' }
      : { outcome: 'reserved', commandId, generation: 1 };
  });
  const config = parseConfig(generatorConfig, {
    NATS_URL: server.url,
    PUBLIC_URL: 'http://zoetrope.test',
    REPLICATE_BASE_URL: 'http://127.0.0.1:9/v1',
    REPLICATE_API_TOKEN: 'token',
    OBJECTS_DIR: '/nowhere',
  });
  const log = logs.generator;
  const generations = new Generations(log);
  const takings = new Takings(log, generations);
  const cancellations = new Cancellations(generations, new Provider(config));
  const fates = new Fates(log);
  const alarms = new PipelineAlarms(log, config, systemClock);
  queue = new RecordQueuedWhenReserved(systemClock, takings, alarms, cancellations, fates);
  cancels = new EndGenerationWhenCancelRequested(log, cancellations, takings, fates);
});
afterAll(() => server?.stop());

/** Deliveries by hand: what quota decided is told once, whenever a test wants. */
class Told {
  private readonly facts = new Map<number, Awaited<ReturnType<TestAsset['reserve']>>>();
  constructor(readonly asset: TestAsset) {}

  async reservation(generation: number) {
    const fact = this.facts.get(generation) ?? (await this.asset.reserve(generation));
    this.facts.set(generation, fact);
    return queue.record({ fact, deliveryCount: 11, signal });
  }

  async lastRequest() {
    const fact = await logs.gateway.last(this.asset.subject('request'));
    return cancels.end({ fact: fact as never, deliveryCount: 1, signal });
  }
}

const ends = async (asset: TestAsset) =>
  Object.fromEntries(
    (await asset.facts()).flatMap(({ type, data }) =>
      type === 'GenerationCancelled' ? [[data.generation, data.reason]] : [],
    ),
  );
const permutations = <T>(list: readonly T[]): T[][] =>
  list.length < 2
    ? [[...list]]
    : list.flatMap((each, i) => permutations(list.filter((_, j) => j !== i)).map((rest) => [each, ...rest]));

describe('how generations end is the same in whatever order quota’s outcomes and cancels are delivered', () => {
  it.each(permutations(['reserve 1', 'reserve 2', 'cancel']))(
    'a cancel after a newer ask was accepted: %s, %s, %s',
    async (...order) => {
      const told = new Told(new TestAsset({ logs }));
      await told.asset.prepare('https://e.com/a.png', {});
      await told.asset.regenerate(2);
      await told.asset.cancel(2);
      for (const step of order) {
        if (step === 'cancel') await told.lastRequest();
        else await told.reservation(Number(step.at(-1)));
      }
      expect(await ends(told.asset)).toEqual({ 1: 'superseded', 2: 'requested' });
    },
  );

  it.each(permutations(['reserve 1', 'reserve 2', 'cancel']))(
    'a cancel before a newer ask: %s, %s, %s',
    async (...order) => {
      const told = new Told(new TestAsset({ logs }));
      await told.asset.prepare('https://e.com/a.png', {});
      await told.asset.cancel(1);
      const cancel = await logs.gateway.last(told.asset.subject('request'));
      await told.asset.regenerate(2);
      for (const step of order) {
        if (step === 'cancel') await cancels.end({ fact: cancel as never, deliveryCount: 1, signal });
        else await told.reservation(Number(step.at(-1)));
      }
      expect(await ends(told.asset)).toEqual({ 1: 'requested' });
      expect(await told.asset.story(2)).toEqual(['GenerationQueued']);
    },
  );

  it('a newer ask that quota denied supersedes nothing, and the cancel of it ends the older one free', async () => {
    const told = new Told(new TestAsset({ logs }));
    await told.asset.prepare('https://e.com/a.png', {});
    await told.reservation(1);
    await told.asset.regenerate(2);
    denied.add(told.asset.asks.get(2)?.commandId ?? '');
    await told.asset.cancel(2);
    await told.lastRequest();
    expect(await ends(told.asset)).toEqual({ 1: 'requested' });
  });
});

describe('a backlog', () => {
  it('starts nothing that a newer accepted ask has superseded already', async () => {
    const told = new Told(new TestAsset({ logs }));
    await told.asset.prepare('https://e.com/a.png', {});
    for (const number of [2, 3, 4]) await told.asset.regenerate(number, { motion: 'kinetic' });
    for (const number of [1, 2, 3, 4]) expect(await told.reservation(number)).toEqual(done);
    expect(await ends(told.asset)).toEqual({ 1: 'superseded', 2: 'superseded', 3: 'superseded' });
    expect(await told.asset.story(4)).toEqual(['GenerationQueued']);
    expect((await told.asset.until(4, 'GenerationQueued')).data.resolved.motion).toBe('kinetic');
    for (const number of [1, 2, 3]) expect(await told.asset.story(number)).toEqual(['GenerationCancelled']);
  });

  it('does not hold up a cancel: what is accepted and not taken up yet ends at once', async () => {
    const told = new Told(new TestAsset({ logs }));
    await told.asset.prepare('https://e.com/a.png', {});
    await told.asset.cancel(1);
    expect(await told.lastRequest()).toEqual(done);
    expect((await told.asset.until(1, 'GenerationCancelled')).data).toMatchObject({
      reason: 'requested',
      predicted: false,
    });
    await told.reservation(1);
    expect(await told.asset.story(1)).toEqual(['GenerationCancelled']);
  });

  it('a denied ask is not cancelled: its refusal is still to come', async () => {
    const told = new Told(new TestAsset({ logs }));
    await told.asset.prepare('https://e.com/a.png', {});
    denied.add(told.asset.asks.get(1)?.commandId ?? '');
    await told.asset.cancel(1);
    await told.lastRequest();
    expect(await told.asset.facts()).toEqual([]);
  });
});
