import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import Replicate, { type Prediction } from 'replicate';
import { Inbox } from './testing/inbox.js';
import { type ServerProcess, startServerProcess, TOKEN } from './testing/server-process.js';

/** Real processes and real signals: what a kill -9 or a SIGTERM leaves behind is what the next one finds. */
let folder: string;
let server: ServerProcess;
let inbox: Inbox;
let webhook: string;

const clientOf = ({ url }: ServerProcess) =>
  new Replicate({ auth: TOKEN, baseUrl: `${url}/v1`, useFileOutput: false });
const tells = (id: string, status?: string) => (delivery: { body: string }) => {
  const prediction = JSON.parse(delivery.body) as Prediction;
  return prediction.id === id && (status === undefined || prediction.status === status);
};

async function journalOf(id: string): Promise<string[]> {
  const answer = await fetch(`${server.url}/_local/journal`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { lines } = (await answer.json()) as { lines: { id: string; event: string }[] };
  return lines.filter((line) => line.id === id).map((line) => line.event);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-restart-'));
  inbox = new Inbox();
  webhook = await inbox.open();
  server = await startServerProcess(folder);
}, 60_000);

afterEach(async () => {
  await server.end('SIGKILL');
  await inbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a restart', () => {
  it('after kill -9 renders what was in flight again, under its id, and tells its end once', async () => {
    const photo = await photoLike({ width: 320, height: 256, seed: 9 });
    const image = `data:image/jpeg;base64,${photo.toString('base64')}`;
    const done = await clientOf(server).predictions.create({
      model: 'zoetrope/fixture',
      input: { seed: 1 },
      wait: true,
    });
    const inFlight = await clientOf(server).predictions.create({
      model: 'bytedance/seedance-1-lite',
      input: { image, prompt: 'orbit', duration: 4, seed: 1 },
      webhook,
      webhook_events_filter: ['logs', 'completed'],
    });
    await inbox.until(tells(inFlight.id, 'processing'));
    await server.end('SIGKILL');
    server = await startServerProcess(folder);
    await inbox.until(tells(inFlight.id, 'succeeded'));
    const replicate = clientOf(server);
    expect(await replicate.predictions.get(done.id)).toMatchObject({
      status: 'succeeded',
      input: { seed: 1 },
    });
    expect(await replicate.predictions.get(inFlight.id)).toMatchObject({
      status: 'succeeded',
      input: { image },
    });
    expect(await journalOf(done.id)).toEqual(['created', 'started', 'succeeded']);
    expect((await journalOf(inFlight.id)).slice(0, 4)).toEqual([
      'created',
      'started',
      'started',
      'succeeded',
    ]);
    expect(inbox.deliveries.filter(tells(inFlight.id, 'succeeded'))).toHaveLength(1);
  }, 60_000);

  it('after SIGTERM is the same, and the server ends with 0', async () => {
    const created = await clientOf(server).predictions.create({
      model: 'zoetrope/fixture',
      input: { delay_ms: 5_000 },
      webhook,
      webhook_events_filter: ['completed'],
    });
    expect(await server.end('SIGTERM')).toBe(0);
    expect(inbox.deliveries).toEqual([]);
    server = await startServerProcess(folder);
    await inbox.until(tells(created.id, 'succeeded'));
  }, 60_000);

  it('sends the last webhook that nobody took before the kill', async () => {
    inbox.answers.push(500);
    const created = await clientOf(server).predictions.create({
      model: 'zoetrope/fixture',
      input: {},
      webhook,
      webhook_events_filter: ['completed'],
    });
    await inbox.until(tells(created.id));
    await server.end('SIGKILL');
    const before = inbox.deliveries.length;
    server = await startServerProcess(folder);
    await inbox.until(() => inbox.deliveries.length > before);
    expect(inbox.deliveries.every(tells(created.id, 'succeeded'))).toBe(true);
  }, 60_000);
});

describe('the process', () => {
  it('removes inputs and outputs when their time is over, and still knows the prediction', async () => {
    await server.end('SIGTERM');
    server = await startServerProcess(folder, { RETENTION_SECONDS: '0.5' });
    const replicate = clientOf(server);
    const created = await replicate.predictions.create({
      model: 'zoetrope/fixture',
      input: { seed: 2 },
      wait: true,
    });
    let now: Prediction = created;
    while (!now.data_removed) now = await replicate.predictions.get(created.id);
    expect(now).toMatchObject({ status: 'succeeded', input: {}, output: null });
    expect((await fetch(created.output as string)).status).toBe(404);
  }, 60_000);

  it('cancels what still waits for its turn to render without waiting for the others', async () => {
    await server.end('SIGTERM');
    server = await startServerProcess(folder, { RENDER_CONCURRENCY: '1' });
    const replicate = clientOf(server);
    const photo = await photoLike({ width: 1024, height: 576, seed: 9 });
    const input = {
      image: `data:image/jpeg;base64,${photo.toString('base64')}`,
      prompt: 'orbit',
      duration: 12,
    };
    const model = 'bytedance/seedance-1-lite';
    const first = await replicate.predictions.create({ model, input });
    const second = await replicate.predictions.create({ model, input });
    expect(await replicate.predictions.cancel(second.id)).toMatchObject({ status: 'canceled' });
    expect(await replicate.predictions.get(first.id)).toMatchObject({ status: 'processing' });
    await replicate.predictions.cancel(first.id); // it may have ended by now
  }, 60_000);

  it('is healthy once it says ready', async () => {
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });

  it('ends with its parent when told to', async () => {
    await server.end('SIGTERM');
    server = await startServerProcess(folder, { ZOETROPE_EXIT_WITH_PARENT: '1' });
    server.child.stdin?.end();
    expect(await once(server.child, 'exit')).toEqual([0, null]);
  }, 60_000);

  it('says what is wrong with its configuration', async () => {
    await expect(startServerProcess(folder, { PORT: 'x', WEBHOOK_SECRET: 'y' })).rejects.toThrow(
      'before it was ready',
    );
  });
});
