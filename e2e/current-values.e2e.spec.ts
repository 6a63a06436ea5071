import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { type Frame, readFrames } from './support/frames.js';
import { nextPredictions } from './support/renderer.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process. What a regenerate keeps, what it changes, and what a failed one leaves behind (PRODUCT 3.2). */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;

beforeAll(async () => {
  system = await startTestSystem({ GENERATOR_FIRST_POLL_MS: '3000', LOG_LEVEL: 'trace' });
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  await customer.call('PUT', `/api/projects/${project.id}/brand`, { body: { brandName: 'Nordlicht' } });
  const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 21 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 });
  await ended('ready', 1);
}, 120_000);
afterAll(() => system?.end(), 60_000);

async function ended(name: string, generation: number): Promise<void> {
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
  await watcher.named(name, generation);
  watcher.stop();
}

/** What a new client is told of the newest generation, which is over. */
async function framesFrom(path: string, headers: Record<string, string> = {}) {
  const isReady = (frames: Frame[]) => frames.some(({ event }) => event === 'ready');
  return (await readFrames(system.url + path, { until: isReady, headers })).frames;
}

const ownersFrames = () => framesFrom(`/api/assets/${asset.asset_id}/events`, { cookie: customer.session() });

/** Regenerates and gives the asset as its owner sees it once that is over. */
async function regenerated(body: object, end = 'ready') {
  const answer = await customer.regenerate(asset.asset_id, body);
  expect(answer.status).toBe(200);
  await ended(end, answer.body.generation);
  const { asset: now, generations } = await customer.detail(asset.asset_id);
  return { now, generation: generations[0] ?? { parameters: {} } };
}

describe('current values', () => {
  it('are kept when omitted and replaced when sent', async () => {
    expect((await regenerated({ motion: 'kinetic' })).now).toMatchObject({
      motion: 'kinetic',
      mode: 'animate-in',
      dur_seconds: 2,
    });
    expect((await regenerated({ dur_seconds: 3 })).now).toMatchObject({
      motion: 'kinetic',
      dur_seconds: 3,
      duration_ms: 3000,
    });
    expect((await regenerated({ dur_seconds: 2 })).now).toMatchObject({ motion: 'kinetic', dur_seconds: 2 });
  }, 90_000);

  it('a prompt is for one regenerate only, then the brand speaks again', async () => {
    const once = await regenerated({ prompt_override: 'a slow push towards the lantern' });
    expect(once.now.vision_prompt).toBe('a slow push towards the lantern');
    expect(once.generation).toMatchObject({ vision_prompt: 'a slow push towards the lantern' });
    const frames = await ownersFrames();
    expect(frames.map(({ event }) => event)).not.toContain('vision_started');
    // To the customer's own words only what they leave out is added, and the timeline shows what was sent.
    const sent = frames.find(({ event }) => event === 'stage_started')?.data?.vision_prompt;
    expect(sent).toBe('a slow push towards the lantern. kinetic motion');
    const after = await regenerated({});
    expect(after.now.vision_prompt).toEqual(expect.stringContaining('Nordlicht'));
    expect(after.now.vision_prompt).not.toEqual(expect.stringContaining('lantern'));
  }, 60_000);

  it('a changed brand changes the prompt; what was sent is for its owner, in the asset, over SSE and in a trace', async () => {
    const brand = { brandName: 'Sternwald', messaging: { tone: 'playful' } };
    const { status } = await customer.call('PUT', `/api/projects/${project.id}/brand`, { body: brand });
    expect(status).toBe(200);
    const { now, generation } = await regenerated({});
    expect(now.vision_prompt).toEqual(expect.stringContaining('Sternwald'));
    expect(generation).toMatchObject({ vision_prompt: now.vision_prompt });
    const { generations } = await customer.detail(asset.asset_id);
    expect(generations[1]?.vision_prompt).toEqual(expect.stringContaining('Nordlicht'));
    const owners = await ownersFrames();
    const told = (name: string) => owners.find(({ event }) => event === name)?.data?.vision_prompt;
    expect([told('vision_completed'), told('stage_started')]).toEqual([now.vision_prompt, now.vision_prompt]);
    const trace = (await system.ops('trace', asset.asset_id, '--flat')).split('\n');
    const started = trace.filter((line) => /StageStarted +single/.test(line)).at(-1);
    expect(started).toContain(`prompt=${String(now.vision_prompt)}`);
    const frames = await framesFrom(`/v1/${project.proxy_key}/events/${asset.asset_id}`);
    expect(frames.map(({ event }) => event)).toContain('stage_started');
    expect(JSON.stringify(frames)).not.toMatch(/Sternwald|prompt/);
  }, 60_000);

  it('without a seed again is another variant; with one it is the same until null is sent', async () => {
    const [a, b] = [await regenerated({}), await regenerated({})];
    expect(a.now.seed).toBeNull();
    expect(a.now.sha256).not.toBe(b.now.sha256);
    const [c, d] = [await regenerated({ seed: 7 }), await regenerated({})];
    expect([c.now.seed, d.now.seed]).toEqual([7, 7]);
    expect(c.now.sha256).toBe(d.now.sha256);
    expect((await regenerated({ seed: null })).now.seed).toBeNull();
  }, 90_000);

  it('the id, both URLs and the model stay', async () => {
    const { now } = await regenerated({ motion: 'subtle' });
    expect(now).toMatchObject({
      id: asset.asset_id,
      mp4_url: asset.mp4_url,
      poster_url: asset.poster_url,
      model: 'seedance',
    });
  }, 60_000);
});

describe('a regenerate that fails', () => {
  it('leaves the old video streaming, is not charged, says why, and keeps what was asked as current', async () => {
    const before = await customer.usage();
    const old = (await customer.detail(asset.asset_id)).asset;
    await nextPredictions(system, { kind: 'fail', error: 'refused: "towards the lantern of Sternwald"' });
    const { now, generation } = await regenerated({ motion: 'kinetic' }, 'failed');
    expect(now).toMatchObject({
      status: 'ready',
      motion: 'kinetic',
      sha256: old.sha256,
      generation: old.generation,
    });
    expect(now.error).toMatch(/^i2v_failed: /);
    expect(generation).toMatchObject({ status: 'failed', error_code: 'i2v_failed', charged: false });
    const proxy = await fetch(asset.mp4_url);
    await proxy.arrayBuffer();
    expect([proxy.status, proxy.headers.get('etag')]).toEqual([200, `"${String(old.sha256)}"`]);
    expect(proxy.headers.get('x-zoetrope-stage')).toBe('failed');
    expect(await customer.usage()).toEqual(before);
    const next = await regenerated({});
    expect(next.now).toMatchObject({ status: 'ready', motion: 'kinetic', error: null });
  }, 60_000);

  it('is not what a lost callback does: the video comes all the same, from one prediction', async () => {
    await nextPredictions(system, { kind: 'lost-webhook' });
    const { generation } = await regenerated({});
    expect(generation).toMatchObject({ status: 'ready', predictions: [{ stage: 'single', attempt: 1 }] });
  }, 90_000);
});

describe('the logs of all services', () => {
  it('have lines of each, and in none a word of a brand or prompt', async () => {
    const folder = path.join(system.dataDir, 'logs');
    const files = await readdir(folder);
    for (const name of ['gateway', 'generator', 'notifier', 'quota'])
      expect([name, files.some((file) => file.startsWith(name))]).toEqual([name, true]);
    for (const file of files) {
      const text = await readFile(path.join(folder, file), 'utf8');
      expect([file, text.match(/Nordlicht|Sternwald|lantern|playful/)?.[0]]).toEqual([file, undefined]);
    }
    const generator = await readFile(path.join(folder, 'generator.log'), 'utf8');
    expect(generator).toContain('generation failed');
  });
});
