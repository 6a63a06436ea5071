import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Webhook } from 'standardwebhooks';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process, and a receiver that verifies with the official `standardwebhooks` package. */
interface Received {
  headers: Record<string, string>;
  body: string;
}
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
const received: Received[] = [];
let status = 200;
const arrived = new Set<() => void>();

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    received.push({
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString('utf8'),
    });
    response.writeHead(status).end('thank you');
    for (const wake of arrived) wake();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  system = await startTestSystem();
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
}, 120_000);
afterAll(async () => {
  receiver.close();
  receiver.closeAllConnections();
  await system?.end();
}, 60_000);

/** Resolves when so many webhooks have come. */
const came = (count: number) =>
  new Promise<void>((resolve) => {
    const look = () => {
      if (received.length < count) return;
      arrived.delete(look);
      resolve();
    };
    arrived.add(look);
    look();
  });

const path = () => `/api/projects/${project.id}/webhooks`;

describe('a signed webhook', () => {
  let secret: string;

  it('is configured with a secret that is shown once', async () => {
    const { port } = receiver.address() as AddressInfo;
    const body = { webhook_url: `http://127.0.0.1:${port}/hook`, webhooks_enabled: true };
    const first = await customer.call<{ webhook_secret: string; webhook_secret_preview: string }>(
      'PUT',
      path(),
      { body },
    );
    expect([first.status, first.body.webhook_secret]).toEqual([200, expect.stringMatching(/^whsec_/)]);
    secret = first.body.webhook_secret;
    const again = await customer.call<Record<string, unknown>>('GET', path());
    expect(again.body).not.toHaveProperty('webhook_secret');
    expect(again.body).toMatchObject({
      ...body,
      webhook_events: ['asset.completed', 'asset.failed'],
      webhook_secret_preview: expect.any(String),
    });
    expect(again.text).not.toContain(secret);
  });

  it('tells of the finished video, verified by the official package', async () => {
    const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 8 }));
    asset = await customer.prepare({ project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 });
    const watcher = new Watcher(`${system.url}/api/assets/${asset.asset_id}/events`, {
      cookie: customer.session(),
    });
    await watcher.named('webhook_delivered', 1);
    watcher.stop();
    expect(received).toHaveLength(1);
    const [{ headers, body }] = received as [Received];
    const event = new Webhook(secret).verify(body, headers) as Record<string, unknown> & {
      data: Record<string, unknown>;
    };
    expect(event).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      type: 'asset.completed',
      ts: expect.any(Number),
      timestamp: new Date(event.ts as number).toISOString(),
      asset_id: asset.asset_id,
      project_id: project.id,
      request_id: expect.any(String),
    });
    expect(headers['webhook-id']).toBe(event.id);
    const { asset: detail } = await customer.detail(asset.asset_id);
    expect(event.data).toEqual({
      generation: 1,
      sequence: expect.any(Number),
      mp4_url: asset.mp4_url,
      bytes: detail.bytes,
      sha256: detail.sha256,
      duration_ms: detail.duration_ms,
      loop_mode: 'none',
      model: 'seedance',
    });
  }, 60_000);

  it('stands in the history with its payload, and is sent again under the same id', async () => {
    const { body: list } = await customer.call<{ items: { id: string; event_id: string }[] }>(
      'GET',
      `${path()}/deliveries?status=delivered`,
    );
    const [{ id, event_id }] = list.items as [{ id: string; event_id: string }];
    const one = await customer.call<Record<string, unknown>>('GET', `${path()}/deliveries/${id}`);
    const [{ body }] = received as [Received];
    expect(one.body).toMatchObject({
      asset_id: asset.asset_id,
      attempt: 1,
      status: 'delivered',
      response_code: 200,
      response_body_preview: 'thank you',
      payload_json: JSON.parse(body),
    });
    const replayed = await customer.call('POST', `${path()}/deliveries/${id}/replay`);
    expect(replayed.status).toBe(202);
    await came(2);
    const [first, second] = received as [Received, Received];
    expect([second.headers['webhook-id'], second.body]).toEqual([event_id, first.body]);
    expect(new Webhook(secret).verify(second.body, second.headers)).toMatchObject({ id: event_id });
  }, 60_000);

  it('is sent as a test on demand', async () => {
    const { status: answered, body } = await customer.call<{ event_id: string }>('POST', `${path()}/test`);
    expect(answered).toBe(202);
    await came(3);
    const [, , { headers, body: text }] = received as [Received, Received, Received];
    expect(new Webhook(secret).verify(text, headers)).toMatchObject({
      id: body.event_id,
      type: 'asset.test',
      asset_id: null,
    });
  }, 60_000);

  it('that is not taken is a recorded failure, and harms nothing else', async () => {
    status = 500;
    const { body } = await customer.regenerate(asset.asset_id, {});
    const watcher = new Watcher(`${system.url}/api/assets/${asset.asset_id}/events`, {
      cookie: customer.session(),
    });
    const failed = await watcher.named('webhook_failed', body.generation);
    watcher.stop();
    expect(failed.data).toMatchObject({ attempt: 1 });
    expect((await customer.detail(asset.asset_id)).asset).toMatchObject({
      status: 'ready',
      generation: body.generation,
    });
  }, 60_000);

  it('may not point into private ranges that the operator did not open', async () => {
    const refused = await customer.call('PUT', path(), {
      body: { webhook_url: 'http://169.254.169.254/latest' },
    });
    expect([refused.status, refused.body]).toMatchObject([400, { error: 'Validation failed' }]);
  });
});
