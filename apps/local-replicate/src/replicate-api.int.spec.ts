import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probeVideo } from '@zoetrope/media/probe';
import { photoLike } from '@zoetrope/media/testing';
import Replicate, { type Prediction } from 'replicate';
import { Webhook } from 'standardwebhooks';
import { Inbox } from './testing/inbox.js';
import { SECRET, type ServerProcess, startServerProcess, TOKEN } from './testing/server-process.js';

/** Real: the server as a process, ffmpeg, Replicate's own client, a webhook receiver on a socket. */
let folder: string;
let server: ServerProcess;
let replicate: Replicate;
let inbox: Inbox;
let inboxUrl: string;
let photo: Buffer;

const FIXTURE = 'zoetrope/fixture';
const WAN = 'wan-video/wan-2.2-i2v-fast';
const SEEDANCE = 'bytedance/seedance-1-lite';
const P_VIDEO = 'prunaai/p-video';

const dataUri = () => `data:image/jpeg;base64,${photo.toString('base64')}`;
const call = (path: string, init: RequestInit = {}) =>
  fetch(server.url + path, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  call(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const download = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const bodyFor = (id: string) => (delivery: { body: string }) =>
  (JSON.parse(delivery.body) as Prediction).id === id;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-replicate-'));
  photo = await photoLike({ width: 320, height: 256, seed: 4 });
  inbox = new Inbox();
  inboxUrl = await inbox.open();
  server = await startServerProcess(folder);
  replicate = new Replicate({ auth: TOKEN, baseUrl: `${server.url}/v1`, useFileOutput: false });
}, 60_000);

afterAll(async () => {
  await server.end('SIGTERM');
  await inbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe('predictions', () => {
  it('a created prediction starts, and its result is a video at an address of the server', async () => {
    const created = await replicate.predictions.create({
      model: WAN,
      input: { image: dataUri(), prompt: 'push in, subtle motion', num_frames: 81, frames_per_second: 16 },
    });
    expect(created).toMatchObject({ model: WAN, output: null, error: null, data_removed: false });
    const ended = await replicate.wait(created, { interval: 50 });
    expect(ended).toMatchObject({ status: 'succeeded', id: created.id });
    expect(ended.metrics?.predict_time).toBeGreaterThan(0);
    expect(ended.output).toBe(`${server.url}/outputs/${created.id}/output.mp4`);
    const facts = await probeVideo(await download(ended.output as string));
    expect(facts).toMatchObject({
      codec: 'h264',
      frames: 81,
      fps: 16,
      width: 320,
      height: 256,
      hasAudio: false,
    });
  });

  it('progress is in the logs, as the client parses it', async () => {
    const [prediction] = await waitFor(SEEDANCE, { image: dataUri(), prompt: 'orbit', duration: 2 });
    expect(prediction.logs).toMatch(/^Using seed: \d+\n/);
    expect(prediction.logs).toMatch(/\n100%\|█{20}\| 49\/49 \[/);
  });

  it('Prefer: wait holds the answer until the end, wait=n at most n seconds', async () => {
    const [prediction] = await waitFor(FIXTURE, { delay_ms: 150 });
    expect(prediction.status).toBe('succeeded');
    const early = await replicate.predictions.create({
      model: FIXTURE,
      input: { delay_ms: 60_000 },
      wait: 1,
    });
    expect(early.status).toBe('processing');
    await replicate.predictions.cancel(early.id);
  });

  it('run() works, by model and by version', async () => {
    expect(await replicate.run(FIXTURE, { input: {} })).toMatch(/\/outputs\/[a-z0-9]{26}\/output\.mp4$/);
    const versioned = await post('/v1/predictions', { version: FIXTURE, input: {} }, { prefer: 'wait' });
    expect(await versioned.json()).toMatchObject({ model: FIXTURE, status: 'succeeded' });
    const unknown = await post('/v1/predictions', { version: 'abc', input: {} });
    expect([unknown.status, await unknown.json()]).toMatchObject([
      422,
      { title: 'Invalid version or not permitted' },
    ]);
  });

  it('a canceled prediction ends at once and has no output', async () => {
    const created = await replicate.predictions.create({ model: FIXTURE, input: { delay_ms: 60_000 } });
    const canceled = await replicate.predictions.cancel(created.id);
    expect(canceled).toMatchObject({ status: 'canceled', output: null });
    expect(await replicate.predictions.get(created.id)).toMatchObject({ status: 'canceled' });
  });

  it('a cancel in the middle of rendering stops it', async () => {
    const input = { image: dataUri(), prompt: 'orbit', duration: 12 };
    const created = await replicate.predictions.create({
      model: SEEDANCE,
      input,
      webhook: `${inboxUrl}/hook`,
      webhook_events_filter: ['logs'],
    });
    await inbox.until(bodyFor(created.id));
    expect(await replicate.predictions.cancel(created.id)).toMatchObject({ status: 'canceled' });
    expect((await fetch(`${server.url}/outputs/${created.id}/output.mp4`)).status).toBe(404);
  });

  it('Cancel-After ends what takes longer', async () => {
    const refused = await post(`/v1/models/${FIXTURE}/predictions`, { input: {} }, { 'cancel-after': '1s' });
    expect(refused.status).toBe(422);
    const body = { input: { delay_ms: 60_000 } };
    const answer = await post(`/v1/models/${FIXTURE}/predictions`, body, {
      'cancel-after': '5s',
      prefer: 'wait',
    });
    const prediction = (await answer.json()) as Prediction;
    expect(prediction.status).toBe('canceled');
    expect(Date.parse(prediction.deadline ?? '') - Date.parse(prediction.created_at)).toBeGreaterThanOrEqual(
      4_990,
    );
  });

  it('lists the newest first', async () => {
    const created = await replicate.predictions.create({ model: FIXTURE, input: {} });
    const { results } = await replicate.predictions.list();
    expect(results[0]?.id).toBe(created.id);
  });
});

describe('inputs', () => {
  it('images come from http, from data: URIs and from uploaded files, and give the same bytes', async () => {
    inbox.served = photo;
    const file = await replicate.files.create(photo, { from: 'spec' });
    const input = { prompt: 'pan left, medium motion', num_frames: 81, frames_per_second: 30, seed: 5 };
    const videos: Buffer[] = [];
    for (const image of [dataUri(), `${inboxUrl}/photo.jpg`, file.urls.get]) {
      videos.push((await waitFor(WAN, { ...input, image }))[1]);
    }
    expect(videos[0]?.length).toBeGreaterThan(1000);
    expect(videos[1]?.equals(videos[0] ?? Buffer.alloc(0))).toBe(true);
    expect(videos[2]?.equals(videos[0] ?? Buffer.alloc(0))).toBe(true);
  });

  it('a file can be read about, and is gone when deleted', async () => {
    const file = await replicate.files.create(photo, { a: 1 });
    expect(await replicate.files.get(file.id)).toMatchObject({ size: photo.length, metadata: { a: 1 } });
    expect(await replicate.files.delete(file.id)).toBe(true);
    expect((await call(`/v1/files/${file.id}`)).status).toBe(404);
  });

  it('an image that is none fails the prediction, with the reason', async () => {
    const image = `data:image/png;base64,${Buffer.from('nothing').toString('base64')}`;
    const [prediction] = await waitFor(SEEDANCE, { image, prompt: 'x', duration: 2 });
    expect(prediction).toMatchObject({ status: 'failed', output: null });
    expect(prediction.error).toMatch(/unsupported image format/i);
  });

  it('that a model cannot take are 422, and none is begun', async () => {
    const before = (await replicate.predictions.list()).results[0]?.id;
    const answer = await post(`/v1/models/${SEEDANCE}/predictions`, { input: { prompt: 'x', duration: 13 } });
    expect([answer.status, await answer.json()]).toMatchObject([
      422,
      { title: 'Input validation failed', invalid_fields: [{ type: 'number_lte', field: 'input.duration' }] },
    ]);
    expect((await replicate.predictions.list()).results[0]?.id).toBe(before);
  });

  it.each([WAN, SEEDANCE, P_VIDEO])('%s publishes what it takes', async (name) => {
    const [owner = '', model = ''] = name.split('/');
    const { latest_version: version } = await replicate.models.get(owner, model);
    const Input = { type: 'object', properties: { prompt: { type: 'string' } } };
    expect(version?.openapi_schema).toMatchObject({ components: { schemas: { Input } } });
  });

  it('p-video has sound unless told not to', async () => {
    const input = { image: dataUri(), prompt: 'push in', duration: 1 };
    const [, loud] = await waitFor(P_VIDEO, input);
    const [, silent] = await waitFor(P_VIDEO, { ...input, save_audio: false });
    expect((await probeVideo(loud)).hasAudio).toBe(true);
    expect((await probeVideo(silent)).hasAudio).toBe(false);
  });
});

describe('errors', () => {
  it.each([
    ['no token', '/v1/predictions', { authorization: '' }, 401, 'Unauthenticated'],
    ['a wrong token', '/v1/predictions', { authorization: 'Bearer wrong' }, 401, 'Unauthenticated'],
    ['an unknown prediction', '/v1/predictions/nothing', {}, 404, 'Not Found'],
    ['an unknown address', '/v1/nothing', {}, 404, 'Not Found'],
  ])('%s is answered in the form of Replicate', async (_, path, headers, status, title) => {
    const answer = await call(path, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ title, status, detail: expect.any(String) });
  });

  it('an unknown model is 404, a body that is no JSON 400', async () => {
    expect((await post('/v1/models/a/b/predictions', { input: {} })).status).toBe(404);
    const headers = { 'content-type': 'application/json' };
    expect((await call('/v1/predictions', { method: 'POST', body: '{', headers })).status).toBe(400);
  });
});

describe('webhooks', () => {
  it('the last one is signed, carries the prediction, and is repeated until it is taken', async () => {
    inbox.answers.push(503, 500);
    const webhook = `${inboxUrl}/hook?stage=1`;
    const created = await replicate.predictions.create({
      model: FIXTURE,
      input: {},
      webhook,
      webhook_events_filter: ['completed'],
    });
    const own = bodyFor(created.id);
    await inbox.until(() => inbox.deliveries.filter(own).length === 3);
    const attempts = inbox.deliveries.filter(own);
    expect(new Set(attempts.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const { key } = await replicate.webhooks.default.secret.get();
    expect(key).toBe(SECRET);
    for (const { headers, body } of attempts) {
      const told = new Webhook(key).verify(body, headers as Record<string, string>);
      expect(told).toEqual(await replicate.predictions.get(created.id));
    }
  });

  it('start is told when asked for', async () => {
    const created = await replicate.predictions.create({
      model: FIXTURE,
      input: { delay_ms: 60_000 },
      webhook: inboxUrl,
      webhook_events_filter: ['start'],
    });
    const { body } = await inbox.until(bodyFor(created.id));
    expect(JSON.parse(body)).toMatchObject({ status: 'processing' });
    await replicate.predictions.cancel(created.id);
    expect(inbox.deliveries.filter(bodyFor(created.id))).toHaveLength(1);
  });
});

describe('faults', () => {
  it('are taken from the prompt', async () => {
    const [failed] = await waitFor(FIXTURE, { prompt: 'orbit [[fault:fail]]' });
    expect(failed).toMatchObject({ status: 'failed', output: null, error: expect.any(String) });
    const [slow] = await waitFor(FIXTURE, { prompt: '[[fault:slow=700]]' });
    expect(slow.metrics?.predict_time).toBeGreaterThanOrEqual(0.7);
  });

  it('are queued for the next predictions, one each', async () => {
    const next = [{ kind: 'fail' }, { kind: 'slow', ms: 1 }];
    expect(await (await post('/_local/faults', { next })).json()).toEqual({ queued: 2 });
    const statuses: string[] = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await waitFor(FIXTURE, {}))[0].status);
    expect(statuses).toEqual(['failed', 'succeeded', 'succeeded']);
    expect((await post('/_local/faults', { next: [{ kind: 'fire' }] })).status).toBe(422);
  });

  it('a lost webhook is never sent, though the prediction succeeds', async () => {
    const ask = (prompt: string) =>
      replicate.predictions.create({
        model: FIXTURE,
        input: { prompt },
        webhook: inboxUrl,
        webhook_events_filter: ['completed'],
        wait: true,
      });
    const lost = await ask('[[fault:lost-webhook]]');
    expect(lost.status).toBe('succeeded');
    const told = await ask('nothing');
    await inbox.until(bodyFor(told.id));
    expect(inbox.deliveries.some(bodyFor(lost.id))).toBe(false);
    expect(await journalOf(lost.id)).toEqual(['created', 'started', 'succeeded', 'notified']);
  });
});

describe('fixtures on hold', () => {
  const hold = async (held: unknown) => (await post('/_local/fixtures', { held })).status;
  const ask = () => replicate.predictions.create({ model: FIXTURE, input: {} });

  it('start, and end when they are let go', async () => {
    expect(await hold(true)).toBe(200);
    const waiting = [await ask(), await ask()];
    const cancelled = await ask();
    expect((await replicate.predictions.cancel(cancelled.id)).status).toBe('canceled');
    for (const { id } of waiting) expect((await replicate.predictions.get(id)).status).toBe('processing');
    expect(await hold(false)).toBe(200);
    for (const each of waiting)
      expect((await replicate.wait(each, { interval: 20 })).status).toBe('succeeded');
    expect((await waitFor(FIXTURE, {}))[0].status).toBe('succeeded');
    expect(await hold('yes')).toBe(422);
  });
});

/** Creates, waits for the end, and downloads the output where there is one. */
async function waitFor(model: string, input: object): Promise<[Prediction, Buffer]> {
  const prediction = await replicate.predictions.create({ model, input, wait: true });
  const url = prediction.output as string | null;
  return [prediction, url ? await download(url) : Buffer.alloc(0)];
}

async function journalOf(id: string): Promise<string[]> {
  const { lines } = (await (await call('/_local/journal')).json()) as {
    lines: { id: string; event: string }[];
  };
  return lines.filter((line) => line.id === id).map((line) => line.event);
}
