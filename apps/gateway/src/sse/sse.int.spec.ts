import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Lease } from '@zoetrope/eventlog/event-log';
import { until } from '@zoetrope/eventlog/testing/until';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { Pipeline } from '../testing/pipeline.js';

/** Real: the gateway, NATS, leases. In the notifier's place a server whose every word the test chooses. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
let notifier: Server;
let lease: Lease;
const asked: { request: IncomingMessage; response: ServerResponse }[] = [];
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  pipeline = await Pipeline.beside(gateway);
  notifier = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    asked.push({ request, response });
  });
  await new Promise<void>((resolve) => notifier.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => void asked.splice(0));
afterAll(async () => {
  notifier?.closeAllConnections();
  notifier?.close();
  await pipeline?.stop();
  await gateway?.stop();
});

const announce = async () => {
  const url = `http://127.0.0.1:${(notifier.address() as AddressInfo).port}`;
  lease = await pipeline.log.leases.hold('notifier.test', () => ({ id: 'test', url, since: 1 }));
};
const owner = async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { project_id: projectId, src: 'https://ex.com/a.png' };
  const id = (await gateway.call('/api/v1/prepare', { cookie: person.cookie, body })).json.asset_id as string;
  const key = (await gateway.call(`/api/projects/${projectId}`, { cookie: person.cookie })).json
    .proxy_key as string;
  return { ...person, projectId, id, key };
};
const open = async (path: string, headers: Record<string, string> = {}) => {
  const abort = new AbortController();
  const response = await fetch(`${gateway.url}${path}`, { headers, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return { response, abort, next: async () => (await reader?.read())?.value };
};

it('holds a client while there is no notifier, and goes on at the first that comes', async () => {
  const { key, id } = await owner();
  const client = await open(`/v1/${key}/events/${id}`, { 'last-event-id': 'epoch-3' });
  expect([client.response.status, client.response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  expect(await client.next()).toMatch(/^retry: 1\d{3}\n: waiting for the event service\n\n$/);
  await announce();
  const upstream = await until('the notifier is found', () => asked[0]);
  expect(upstream.request.headers['last-event-id']).toBe('epoch-3');
  upstream.response.write('event: queued\ndata: 1\n\n');
  expect(await client.next()).toBe('event: queued\ndata: 1\n\n');
  client.abort.abort();
});

it('relays events as they come, with the last id, and lets go when the client has gone', async () => {
  const { key, id } = await owner();
  const client = await open(`/v1/${key}/events/${id}`, { 'last-event-id': 'epoch-17' });
  expect(client.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(client.response.headers.get('access-control-allow-origin')).toBe('*');
  const [upstream] = asked;
  expect(upstream?.request.url).toBe(`/internal/sse/asset/${id}?view=public`);
  expect(upstream?.request.headers).toMatchObject({
    'last-event-id': 'epoch-17',
    authorization: 'Bearer an internal token of the tests',
  });
  upstream?.response.write('event: queued\ndata: 1\n\n');
  expect(await client.next()).toBe('event: queued\ndata: 1\n\n');
  upstream?.response.write('event: ready\ndata: 2\n\n');
  expect(await client.next()).toBe('event: ready\ndata: 2\n\n');
  const closed = once(upstream?.response as ServerResponse, 'close');
  client.abort.abort();
  await closed;
});

it('takes the last id from the query too, and shows the owner everything', async () => {
  const { id, cookie, projectId } = await owner();
  const asset = await open(`/api/assets/${id}/events?last_event_id=epoch-4`, { cookie });
  const project = await open(`/api/projects/${projectId}/activity`, { cookie });
  expect(asked.map(({ request }) => [request.url, request.headers['last-event-id']])).toEqual([
    [`/internal/sse/asset/${id}?view=owner`, 'epoch-4'],
    [`/internal/sse/project/${projectId}?view=owner`, undefined],
  ]);
  asset.abort.abort();
  project.abort.abort();
});

it('ends the client’s connection cleanly when the notifier dies, so that it resumes elsewhere', async () => {
  const { key, id } = await owner();
  const client = await open(`/v1/${key}/events/${id}`);
  asked[0]?.response.write('event: queued\ndata: 1\n\n');
  expect(await client.next()).toBe('event: queued\ndata: 1\n\n');
  asked[0]?.response.destroy();
  expect(await client.next()).toMatch(/^retry: 1\d{3}\n\n$/);
  expect(await client.next()).toBeUndefined();
});

it('ends its clients in good order when the process stops, each with a time of its own to come back', async () => {
  const { key, id } = await owner();
  const copy = await gateway.copy();
  const url = `http://127.0.0.1:${copy.port}/v1/${key}/events/${id}`;
  const texts = Array.from({ length: 8 }, async () => (await fetch(url)).text());
  await until('all are relayed', () => asked.length === 8);
  await copy.stop();
  const lines = await Promise.all(texts);
  expect(lines.join('')).toMatch(/^(retry: 1\d{3}\n\n){8}$/);
  expect(new Set(lines).size).toBeGreaterThan(1);
});

it('is for those the key or the session owns', async () => {
  const [one, other] = [await owner(), await owner()];
  expect((await gateway.call(`/v1/${one.key}/events/${other.id}`)).status).toBe(404);
  expect((await gateway.call(`/v1/pk_nobody/events/${one.id}`)).status).toBe(403);
  expect((await gateway.call(`/api/assets/${one.id}/events`, { cookie: other.cookie })).status).toBe(404);
  expect(
    (await gateway.call(`/api/projects/${one.projectId}/activity`, { cookie: other.cookie })).status,
  ).toBe(404);
  expect((await gateway.call(`/api/assets/${one.id}/events`)).status).toBe(401);
  expect(asked).toEqual([]);
});

it('asks nobody whose lease was released, and ends cleanly what it could not help', async () => {
  await lease.release();
  await until('the lease is gone', async () => (await pipeline.log.leases.list('notifier.')).length === 0);
  const { key, id } = await owner();
  const client = await open(`/v1/${key}/events/${id}`);
  expect([client.response.status, await client.next()]).toEqual([
    200,
    expect.stringMatching(/^retry: 1\d{3}\n/),
  ]);
  expect(await client.next()).toMatch(/^retry: 1\d{3}\n\n$/);
  expect(await client.next()).toBeUndefined();
  expect(asked).toEqual([]);
});

it('tells a client to come back while the log is away, instead of sending it away for ever', async () => {
  const { key, id, cookie } = await owner();
  await gateway.nats.kill('SIGKILL');
  for (const [path, headers] of [
    [`/v1/${key}/events/${id}`, {}],
    [`/api/assets/${id}/events`, { cookie }],
  ] as const) {
    const client = await open(path, headers);
    expect([client.response.status, await client.next()]).toEqual([
      200,
      expect.stringMatching(/^retry: 1\d{3}\n/),
    ]);
    client.abort.abort();
  }
}, 60_000);
