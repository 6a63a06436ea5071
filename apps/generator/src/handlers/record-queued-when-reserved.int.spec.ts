import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PrepareAsked } from '@zoetrope/contracts/parameters';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { done, retryIn } from '@zoetrope/eventlog/verdict';
import { systemClock } from '@zoetrope/platform/clock';
import { parseConfig } from '@zoetrope/platform/config';
import { Cancellations } from '../cancellations.js';
import { generatorConfig } from '../config.js';
import { Fates } from '../fates.js';
import { Generations } from '../generations.js';
import { PipelineAlarms } from '../pipeline-alarms.js';
import { Provider } from '../provider/provider.js';
import { TestAsset } from '../testing/asset.js';
import { RecordQueuedWhenReserved } from './record-queued-when-reserved.js';
import { Takings } from './takings.js';

/**
 * Real: a broker. Deliveries come in the order a test wants, and nobody else reads the log: no other consumer can be
 * faster. No generation here gets as far as a prediction, so there is no provider.
 */
let server: LogServer;
let logs: Record<'gateway' | 'quota' | 'generator', EventLog>;
let handler: RecordQueuedWhenReserved;

beforeAll(async () => {
  server = await LogServer.start();
  logs = {
    gateway: await server.connect('gateway'),
    quota: await server.connect('quota'),
    generator: await server.connect('generator'),
  };
  const config = parseConfig(generatorConfig, {
    NATS_URL: server.url,
    PUBLIC_URL: 'http://zoetrope.test',
    REPLICATE_BASE_URL: 'http://127.0.0.1:9/v1',
    REPLICATE_API_TOKEN: 'token',
    OBJECTS_DIR: '/nowhere',
  });
  const generations = new Generations(logs.generator);
  handler = new RecordQueuedWhenReserved(
    systemClock,
    new Takings(logs.generator, generations),
    new PipelineAlarms(logs.generator, config, systemClock),
    new Cancellations(generations, new Provider(config)),
    new Fates(logs.generator),
  );
});
afterAll(() => server?.stop());

async function prepared(asked: PrepareAsked = {}): Promise<TestAsset> {
  const asset = new TestAsset({ logs });
  await asset.prepare('https://e.com/a.png', asked);
  await deliver(asset, 1);
  return asset;
}

/** The reservation of that generation is delivered for the `deliveryCount`-th time. */
async function deliver(asset: TestAsset, generation: number, deliveryCount = 1) {
  const fact = await asset.reserve(generation);
  return handler.record({ fact, deliveryCount, signal: new AbortController().signal });
}

describe('a reservation that arrives before the cancel of the one that runs', () => {
  it('ends that one as requested, so that it is not charged, and supersedes nothing', async () => {
    const asset = await prepared();
    await asset.cancel(1);
    await asset.regenerate(2);
    expect(await deliver(asset, 2)).toEqual(done);
    expect((await asset.until(1, 'GenerationCancelled')).data).toMatchObject({
      reason: 'requested',
      predicted: false,
    });
    expect((await asset.until(2, 'GenerationQueued')).data).not.toHaveProperty('supersedes');
  });
});

describe('a reservation that arrives before that of an older ask', () => {
  it('waits for it, and keeps what it sent', async () => {
    const asset = await prepared({ motion: 'subtle' });
    await asset.regenerate(2, { motion: 'kinetic' });
    await asset.regenerate(3, { dur_seconds: 6 });
    expect(await deliver(asset, 3)).toEqual(retryIn(200));
    expect(await asset.story(3)).toEqual([]);
    expect(await deliver(asset, 2)).toEqual(done);
    expect(await deliver(asset, 3, 2)).toEqual(done);
    expect((await asset.until(3, 'GenerationQueued')).data).toMatchObject({
      supersedes: 2,
      resolved: { motion: 'kinetic', dur_seconds: 6 },
    });
  });

  it('goes on without what was refused meanwhile', async () => {
    const asset = await prepared({ motion: 'subtle' });
    await asset.regenerate(2, { motion: 'kinetic' });
    await asset.regenerate(3);
    expect(await deliver(asset, 3)).toEqual(retryIn(200));
    await handler.parked({ fact: await asset.deny(2), why: 'a test', deliveryCount: 20 });
    expect(await deliver(asset, 3, 2)).toEqual(done);
    expect((await asset.until(3, 'GenerationQueued')).data).toMatchObject({ resolved: { motion: 'subtle' } });
  });

  it('goes on after 2 s all the same, and the late one ends as superseded', async () => {
    const asset = await prepared({ motion: 'subtle' });
    await asset.regenerate(2, { motion: 'kinetic' });
    await asset.regenerate(3);
    expect(await deliver(asset, 3, 10)).toEqual(retryIn(200));
    expect(await deliver(asset, 3, 11)).toEqual(done);
    expect((await asset.until(3, 'GenerationQueued')).data).toMatchObject({
      resolved: { motion: 'kinetic' },
    });
    await deliver(asset, 2);
    expect((await asset.until(2, 'GenerationCancelled')).data.reason).toBe('superseded');
  });
});

describe('an outcome of quota that was given up', () => {
  it('refuses the ask it denied, and fails the one it allowed', async () => {
    const asset = await prepared();
    await asset.regenerate(2);
    await handler.parked({ fact: await asset.deny(2), why: 'a test', deliveryCount: 20 });
    expect((await asset.until(2, 'GenerationRefused')).data.reason).toBe('limit');
    await asset.regenerate(3);
    await handler.parked({ fact: await asset.reserve(3), why: 'a test', deliveryCount: 20 });
    expect(await asset.story(3)).toEqual(['GenerationFailed']);
  });
});
