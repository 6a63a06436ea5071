import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probeVideo } from '@zoetrope/media/probe';
import Replicate, { type Prediction } from 'replicate';
import { Webhook } from 'standardwebhooks';
import { type Delivery, Inbox } from '../testing/inbox.js';
import { SECRET, type ServerProcess, startServerProcess, TOKEN } from '../testing/server-process.js';

/** Real: the server as a process, ffmpeg, Replicate's own client, a webhook receiver on a socket. */
let folder: string;
let server: ServerProcess;
let replicate: Replicate;
let inbox: Inbox;
let inboxUrl: string;

const MODEL = 'zoetrope/fixture';
const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
const post = (path: string, body: unknown) =>
  fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
const faults = (...next: unknown[]) => post('/_local/faults', { next });
const create = (input: object = {}, webhook?: string) =>
  post(`/v1/models/${MODEL}/predictions`, {
    input,
    ...(webhook && { webhook, webhook_events_filter: ['completed'] }),
  });
const created = async (input: object = {}, webhook?: string) =>
  (await (await create(input, webhook)).json()) as Prediction;
const ended = async ({ id }: Prediction) => {
  for (;;) {
    const now = await replicate.predictions.get(id);
    if (now.status !== 'starting' && now.status !== 'processing') return now;
  }
};
const about =
  (id: string) =>
  ({ body }: Delivery) =>
    (JSON.parse(body) as Prediction).id === id;
const eventsOf = async (webhook: string) => {
  const answer = await fetch(`${server.url}/_local/journal`, { headers });
  const { lines } = (await answer.json()) as { lines: { id: string; event: string; webhook?: string }[] };
  const ids = new Set(lines.filter((line) => line.webhook === webhook).map(({ id }) => id));
  return lines.filter(({ id }) => ids.has(id)).map(({ event }) => event);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-faults-'));
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

describe('faults of the API', () => {
  it('a refused creation creates nothing, and says when to come again', async () => {
    const webhook = `${inboxUrl}/refused`;
    await faults({ kind: 'refuse', status: 429, retry_after: 7 }, { kind: 'refuse', status: 503 });
    const [busy, broken, fine] = [
      await create({}, webhook),
      await create({}, webhook),
      await create({}, webhook),
    ];
    expect([busy.status, busy.headers.get('retry-after'), await busy.json()]).toEqual([
      429,
      '7',
      { title: 'Too Many Requests', status: 429, detail: 'injected fault' },
    ]);
    expect([broken.status, broken.headers.get('retry-after'), fine.status]).toEqual([503, null, 201]);
    expect((await eventsOf(webhook)).filter((event) => event === 'created')).toHaveLength(1);
  });

  it('a cut reply leaves a prediction that runs and reports', async () => {
    const webhook = `${inboxUrl}/cut`;
    await faults({ kind: 'cut-reply' });
    await expect(create({ seed: 4 }, webhook)).rejects.toThrow('fetch failed');
    const { body } = await inbox.until(({ body }) => (JSON.parse(body) as Prediction).webhook === webhook);
    expect(JSON.parse(body)).toMatchObject({ status: 'succeeded', input: { seed: 4 } });
  });

  it('questions are refused as often as asked, and answered then', async () => {
    await faults({ kind: 'refuse-get', status: 502, times: 2 });
    const { id } = await created();
    const get = async () => (await fetch(`${server.url}/v1/predictions/${id}`, { headers })).status;
    expect([await get(), await get(), await get()]).toEqual([502, 502, 200]);
  });

  it('are for the predictions that report to an address, and may be several or none at once', async () => {
    const next = [
      [],
      [
        { kind: 'slow', ms: 1 },
        { kind: 'fail', error: 'out of memory' },
      ],
    ];
    expect((await post('/_local/faults', { next, for: 'asset-7' })).status).toBe(200);
    expect((await ended(await created({}, `${inboxUrl}/asset-8`))).status).toBe('succeeded');
    expect((await ended(await created({}, `${inboxUrl}/asset-7`))).status).toBe('succeeded');
    expect(await ended(await created({}, `${inboxUrl}/asset-7`))).toMatchObject({
      status: 'failed',
      error: 'out of memory',
    });
  });

  it('one that nobody knows is refused', async () => {
    expect((await faults({ kind: 'fire' })).status).toBe(422);
    expect((await create({ prompt: '[[fault:wrong-output=red]]' })).status).toBe(422);
    expect((await create({ prompt: '[[fault:refuse=503]]' })).status).toBe(503);
  });
});

describe('a prediction with a fault', () => {
  it('that never finishes is ended by a cancel', async () => {
    const prediction = await created({ prompt: '[[fault:never-finish]]' }, `${inboxUrl}/never`);
    expect(await replicate.predictions.cancel(prediction.id)).toMatchObject({ status: 'canceled' });
    expect(await eventsOf(`${inboxUrl}/never`)).toEqual(
      expect.arrayContaining(['created', 'started', 'canceled']),
    );
  });

  it('of progress counts to 100 percent in its logs before it ends', async () => {
    await faults({ kind: 'progress', ms: 20, steps: 4 });
    const { logs } = await ended(await created());
    expect([...(logs ?? '').matchAll(/(\d+)%/g)].map(([, percent]) => percent)).toEqual([
      '25',
      '50',
      '75',
      '100',
    ]);
  });

  it.each([
    ['codec', { codec: 'mpeg4' }],
    ['still', { codec: 'h264', frames: 1 }],
    ['long', { codec: 'h264', durationMs: 60_000 }],
  ])('of output %s succeeds with a file that is a wrong video', async (how, facts) => {
    const { output } = await ended(await created({ prompt: `[[fault:wrong-output=${how}]]` }));
    const bytes = await (await fetch(output)).arrayBuffer();
    expect(await probeVideo(new Uint8Array(bytes))).toMatchObject(facts);
  });

  it.each([
    ['bytes', 200],
    ['truncated', 200],
    ['html', 200],
    ['expired', 404],
  ])('of output %s succeeds with an address that has no video', async (how, status) => {
    const { output } = await ended(await created({ prompt: `[[fault:wrong-output=${how}]]` }));
    const answer = await fetch(output);
    expect(answer.status).toBe(status);
    const facts = await probeVideo(new Uint8Array(await answer.arrayBuffer())).catch(({ code }) => code);
    if (how !== 'truncated') expect(facts).toBe('video_unreadable');
    expect(answer.headers.get('content-type')).toMatch(
      how === 'html' ? 'text/html' : how === 'expired' ? 'json' : 'video/mp4',
    );
  });

  it('of output length promises more than it sends, and of output big does not end', async () => {
    const short = await ended(await created({ prompt: '[[fault:wrong-output=length]]' }));
    await expect((await fetch(short.output)).arrayBuffer()).rejects.toThrow('terminated');
    const big = await ended(await created({ prompt: '[[fault:wrong-output=big]]' }));
    let bytes = 0;
    for await (const chunk of (await fetch(big.output)).body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > 8_000_000) break;
    }
    expect(bytes).toBeGreaterThan(8_000_000);
  });

  it('of output list has a list, and of output none has nothing', async () => {
    const list = await ended(await created({ prompt: '[[fault:wrong-output=list]]' }));
    expect(list.output).toEqual([expect.stringMatching(/output\.mp4$/)]);
    expect((await ended(await created({ prompt: '[[fault:wrong-output=none]]' }))).output).toBeNull();
  });
});

describe('webhooks with a fault', () => {
  it('a duplicate one comes again under its id', async () => {
    const { id } = await created({ prompt: '[[fault:duplicate-webhook=2]]' }, inboxUrl);
    await inbox.until(() => inbox.deliveries.filter(about(id)).length === 3);
    const ids = inbox.deliveries.filter(about(id)).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('a late one comes long after the end', async () => {
    const prediction = await created({ prompt: '[[fault:late-webhook=600]]' }, inboxUrl);
    const { completed_at } = await ended(prediction);
    const { headers } = await inbox.until(about(prediction.id));
    expect(Number(headers['webhook-timestamp']) * 1000 + 1_000).toBeGreaterThan(
      Date.parse(completed_at ?? '') + 600,
    );
  });

  it('a forged one claims success while it runs, and does not verify', async () => {
    const prediction = await created({ prompt: '[[fault:forged-webhook]][[fault:never-finish]]' }, inboxUrl);
    const { body, headers } = await inbox.until(about(prediction.id));
    expect(JSON.parse(body)).toMatchObject({ id: prediction.id, status: 'succeeded' });
    expect(() => new Webhook(SECRET).verify(body, headers as Record<string, string>)).toThrow(
      'No matching signature',
    );
    expect((await replicate.predictions.cancel(prediction.id)).status).toBe('canceled');
  });
});
