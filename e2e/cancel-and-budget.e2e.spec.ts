import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { nextPredictions } from './support/renderer.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process. The log is counted by the broker itself, not through our libs. */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;

beforeAll(async () => {
  system = await startTestSystem();
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 9 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'loop', dur_seconds: 2 });
  await ended('ready', 1);
}, 120_000);
afterAll(() => system?.end(), 60_000);

async function ended(name: string, generation: number) {
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
  const event = await watcher.named(name, generation);
  watcher.stop();
  return event;
}

/** Makes the renderer's next prediction take long. */
const slowNext = (ms: number) => nextPredictions(system, { kind: 'slow', ms });

describe('cancel', () => {
  it('ends what is in flight, goes back to the last good video, and the URL never stopped', async () => {
    await slowNext(30_000);
    const before = await (await fetch(asset.mp4_url)).arrayBuffer();
    const { body } = await customer.regenerate(asset.asset_id, { seed: 77 });
    await ended('stage_started', body.generation);
    const answer = await customer.call('POST', `/api/assets/${asset.asset_id}/cancel`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ asset_id: asset.asset_id });
    await ended('cancelled', body.generation);
    const { asset: after, generations } = await customer.detail(asset.asset_id);
    expect(after).toMatchObject({ status: 'ready', generation: 1, generation_count: body.generation });
    expect(generations[0]).toMatchObject({ status: 'cancelled', reason: 'requested' });
    const now = await (await fetch(asset.mp4_url)).arrayBuffer();
    expect(Buffer.from(now).equals(Buffer.from(before))).toBe(true);
  }, 60_000);

  it('with nothing in flight answers 200 and changes nothing', async () => {
    const { asset: before } = await customer.detail(asset.asset_id);
    const answer = await customer.call('POST', `/api/assets/${asset.asset_id}/cancel`);
    expect([answer.status, answer.body]).toEqual([200, { asset_id: asset.asset_id, status: 'ready' }]);
    expect((await customer.detail(asset.asset_id)).asset).toEqual(before);
  });

  it('a stranger’s asset answers like none', async () => {
    const stranger = await Customer.signUp(system);
    const answer = await stranger.call('POST', `/api/assets/${asset.asset_id}/cancel`);
    expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
  });
});

describe('superseding', () => {
  it('newest accepted wins, both are charged', async () => {
    const before = await customer.usage();
    await slowNext(30_000);
    const older = (await customer.regenerate(asset.asset_id, { seed: 1 })).body.generation;
    await ended('stage_started', older);
    const newer = (await customer.regenerate(asset.asset_id, { seed: 2 })).body.generation;
    await ended('ready', newer);
    const { asset: after, generations } = await customer.detail(asset.asset_id);
    expect(after).toMatchObject({ generation: newer, status: 'ready' });
    expect(generations.find(({ generation }) => generation === older)).toMatchObject({
      status: 'cancelled',
      reason: 'superseded',
      charged: true,
    });
    expect(await customer.usage()).toMatchObject({ used: before.used + 2, reserved: 0 });
  }, 60_000);
});

describe('the budget of a loop regenerate', () => {
  it('is at most 20 facts on ASSETS, 2 on QUOTA and 8 on TIMERS', async () => {
    const connection = await connect({ servers: system.natsUrl });
    const manager = await jetstreamManager(connection);
    const last = async (stream: string) => (await manager.streams.info(stream)).state.last_seq;
    const streams = ['ASSETS', 'QUOTA', 'TIMERS'];
    const before = await Promise.all(streams.map(last));
    const { body } = await customer.regenerate(asset.asset_id, { seed: 3 });
    await ended('ready', body.generation);
    await chargedInLog(last, before[1] ?? 0);
    const after = await Promise.all(streams.map(last));
    const older = await ofOlderOnes(manager, before[2] ?? 0, after[2] ?? 0, body.generation);
    await connection.close();
    const used = after.map((seq, index) => seq - (before[index] ?? 0));
    expect(used[0]).toBeLessThanOrEqual(20);
    expect(used[1]).toBe(2);
    expect((used[2] ?? 0) - older).toBeLessThanOrEqual(8);
  }, 60_000);
});

/** The charge follows the video; it may come a moment after `ready`. */
async function chargedInLog(last: (stream: string) => Promise<number>, before: number): Promise<void> {
  for (let round = 0; (await last('QUOTA')) < before + 2 && round < 200; round++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Alarms of generations before this one that rang meanwhile: those of the tests above may still be set. */
async function ofOlderOnes(manager: JetStreamManager, from: number, to: number, generation: number) {
  let count = 0;
  for (let seq = from + 1; seq <= to; seq++) {
    const message = await manager.streams.getMessage('TIMERS', { seq }).catch(() => undefined);
    const about = message && (JSON.parse(message.string() || '{}') as { generation?: number });
    if (about?.generation !== undefined && about.generation < generation) count += 1;
  }
  return count;
}
