import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { startTestSystem, type TestSystem } from './support/system.js';
import { meanFrameDifference, motionOf, probe } from './support/video.js';

/** Real: every process, NATS, PostgreSQL, the renderer and H.264. Nothing is replaced. */
let system: TestSystem;
let customer: Customer;
let project: Project;

beforeAll(async () => {
  system = await startTestSystem();
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
}, 120_000);
afterAll(() => system?.end(), 60_000);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function video(url: string) {
  const response = await fetch(url);
  return {
    status: response.status,
    headers: response.headers,
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}

const watch = (asset: Prepared) =>
  new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);

describe('a video is regenerated in place', () => {
  let asset: Prepared;
  let first: Awaited<ReturnType<typeof video>>;

  it('answers 202 while the first one is made, then streams it', async () => {
    const src = await customer.upload(await photoLike({ width: 640, height: 480, seed: 1 }));
    asset = await customer.prepare({
      project_id: project.id,
      src,
      motion: 'subtle',
      mode: 'animate-in',
      dur_seconds: 2,
      seed: 5,
    });
    const early = await video(asset.mp4_url);
    expect(early.status).toBe(202);
    const watcher = watch(asset);
    await watcher.named('ready', 1);
    watcher.stop();
    first = await video(asset.mp4_url);
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).toBe(`"${sha256(first.bytes)}"`);
    expect(first.headers.get('x-zoetrope-generation')).toBe('1');
  }, 90_000);

  it('keeps streaming the old video until the new one is announced, then streams that under the same URL', async () => {
    const answer = await customer.regenerate(asset.asset_id, { motion: 'kinetic', dur_seconds: 6 });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ asset_id: asset.asset_id, status: 'pending', generation: 2 });
    const meanwhile = await video(asset.mp4_url);
    expect([meanwhile.status, sha256(meanwhile.bytes)]).toEqual([200, sha256(first.bytes)]);
    expect(meanwhile.headers.get('x-zoetrope-stage')).toBe('pending');
    const watcher = watch(asset);
    await watcher.named('ready', 2);
    watcher.stop();
    const second = await video(asset.mp4_url);
    expect(second.headers.get('x-zoetrope-generation')).toBe('2');
    expect(sha256(second.bytes)).not.toBe(sha256(first.bytes));
    const probed = await probe(second.bytes);
    expect(probed).toMatchObject({ codec: 'h264', pixFmt: 'yuv420p', hasAudio: false, fastStart: true });
    expect(Math.abs(probed.durationMs - 6000)).toBeLessThanOrEqual(1000 / probed.fps + 1);
    const { asset: detail, generations } = await customer.detail(asset.asset_id);
    expect(detail).toMatchObject({
      status: 'ready',
      generation: 2,
      generation_count: 2,
      dur_seconds: 6,
      motion: 'kinetic',
    });
    expect(generations.map(({ generation, status, charged }) => [generation, status, charged])).toEqual([
      [2, 'ready', true],
      [1, 'ready', true],
    ]);
    expect(await meanFrameDifference(first.bytes, second.bytes)).toBeGreaterThan(1);
  }, 120_000);

  it('moves at least twice as much when kinetic as when subtle, at the same length', async () => {
    await customer.regenerate(asset.asset_id, { motion: 'kinetic', dur_seconds: 2, seed: 5 });
    const watcher = watch(asset);
    await watcher.named('ready', 3);
    watcher.stop();
    const kinetic = await video(asset.mp4_url);
    expect(await motionOf(kinetic.bytes)).toBeGreaterThanOrEqual(2 * (await motionOf(first.bytes)));
  }, 120_000);

  it('charges one generation each, and the loop of two predictions one as well', async () => {
    const before = await customer.usage();
    await customer.regenerate(asset.asset_id, { mode: 'loop', dur_seconds: 2 });
    const watcher = watch(asset);
    await watcher.named('ready', 4);
    const stages = watcher.seen
      .filter(({ name }) => name === 'stage_completed')
      .map(({ data }) => data.stage);
    watcher.stop();
    expect(stages).toEqual(['stage1', 'stage2', 'merge']);
    expect(await customer.usage()).toMatchObject({ used: before.used + 1, reserved: 0 });
  }, 120_000);
});
