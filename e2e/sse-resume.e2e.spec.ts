import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { readFrames } from './support/frames.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process. Clients are an EventSource and bare fetch, as a browser and `curl -N` would be. */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
let publicUrl: string;

beforeAll(async () => {
  system = await startTestSystem();
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  const src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 4 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 });
  publicUrl = `${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`;
  const watcher = new Watcher(publicUrl);
  await watcher.named('ready', 1);
  watcher.stop();
}, 120_000);
afterAll(() => system?.end(), 60_000);

const readyFrame = (frames: { event?: string }[]) => frames.some(({ event }) => event === 'ready');

describe('following an asset', () => {
  it('gives a new client the events so far of the newest request, each with an exact id', async () => {
    const { frames, headers } = await readFrames(publicUrl, { until: readyFrame });
    expect(headers.get('content-type')).toMatch(/^text\/event-stream/);
    const facts = frames.filter(({ id }) => id);
    expect(facts.map(({ event }) => event)).toEqual([
      ...['queued', 'vision_started', 'vision_completed', 'stage_started', 'stage_completed'],
      ...['stage_started', 'stage_completed', 'r2_write_completed', 'cache_purged', 'ready'],
    ]);
    expect(facts.every(({ id }) => /^[^-\s]+-\d+$/.test(id ?? ''))).toBe(true);
    for (const { data } of facts) {
      expect(data).toMatchObject({ asset_id: asset.asset_id, generation: 1, ts: expect.any(Number) });
      expect(data).not.toHaveProperty('request_id');
    }
  });

  it('resumes after every single id with nothing lost and nothing twice', async () => {
    const whole = (await readFrames(publicUrl, { until: readyFrame })).frames.filter(({ id }) => id);
    for (const [index, frame] of whole.slice(0, -1).entries()) {
      const rest = whole.slice(index + 1).map(({ id }) => id);
      const byHeader = await readFrames(publicUrl, {
        until: readyFrame,
        headers: { 'last-event-id': frame.id ?? '' },
      });
      expect(byHeader.frames.filter(({ id }) => id).map(({ id }) => id)).toEqual(rest);
    }
    const [first] = whole;
    const byQuery = await readFrames(`${publicUrl}?last_event_id=${first?.id}`, { until: readyFrame });
    expect(byQuery.frames.filter(({ id }) => id).map(({ id }) => id)).toEqual(
      whole.slice(1).map(({ id }) => id),
    );
  });

  it('answers a cursor the log does not know with reset, then the current generation', async () => {
    for (const cursor of ['nonsense', 'otherepoch-12', '']) {
      const { frames } = await readFrames(`${publicUrl}?last_event_id=${cursor}`, { until: readyFrame });
      if (cursor) expect(frames[0]?.event).toBe('reset');
      expect(frames.find(({ id }) => id)?.event).toBe('queued');
    }
  });

  it('after a 200 a new connection never shows an older generation', async () => {
    const { status, body } = await customer.regenerate(asset.asset_id, {});
    expect(status).toBe(200);
    const { frames } = await readFrames(publicUrl, { until: readyFrame });
    expect(new Set(frames.filter(({ data }) => data).map(({ data }) => data?.generation))).toEqual(
      new Set([body.generation]),
    );
  }, 60_000);

  it('an EventSource that loses the notifier and the gateway sees every fact once, in order', async () => {
    const watcher = new Watcher(publicUrl);
    const { body } = await customer.regenerate(asset.asset_id, { mode: 'loop' });
    await watcher.named('queued', body.generation);
    await system.services.notifier.kill('SIGKILL');
    await watcher.until(({ name, data }) => name === 'stage_completed' && data.stage === 'stage1', 'stage1');
    await system.services.gateway.kill('SIGKILL');
    await watcher.named('ready', body.generation, 90_000);
    watcher.stop();
    const ids = watcher.seen
      .filter(({ name, data }) => name !== 'stage_progress' && data.generation === body.generation)
      .map(({ id }) => id);
    const log = (await readFrames(publicUrl, { until: readyFrame })).frames
      .filter(({ id }) => id)
      .map(({ id }) => id);
    expect(ids).toEqual(log);
  }, 120_000);

  it('shows the owner what the public does not see, and a stranger nothing', async () => {
    const path = `/api/assets/${asset.asset_id}/events`;
    const cookie = customer.session();
    const { frames } = await readFrames(system.url + path, { until: readyFrame, headers: { cookie } });
    expect(frames.find(({ event }) => event === 'queued')?.data).toHaveProperty('request_id');
    const stranger = await Customer.signUp(system);
    const [theirs, nobodys] = [
      await stranger.call('GET', path),
      await stranger.call('GET', `/api/assets/${'0'.repeat(32)}/events`),
    ];
    expect([theirs.status, theirs.text]).toEqual([404, '{"error":"not found"}']);
    expect([nobodys.status, nobodys.text]).toEqual([404, '{"error":"not found"}']);
    expect((await fetch(system.url + path)).status).toBe(401);
    const otherKey = (await stranger.project()).proxy_key;
    expect((await fetch(`${system.url}/v1/${otherKey}/events/${asset.asset_id}`)).status).toBe(404);
  });
});
