import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: the gateway over HTTP, NATS, leases. In the notifier's place a server that says nothing and hangs up on nobody. */
let gateway: GatewayUnderTest;
let log: EventLog;
const notifier = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
});
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  notifier.listen(0, '127.0.0.1');
  await once(notifier, 'listening');
  const url = `http://127.0.0.1:${(notifier.address() as AddressInfo).port}`;
  log = await connectLog(gateway.nats.url, { service: 'notifier' });
  await log.leases.hold('notifier.test', () => ({ id: 'test', url, since: 1 }));
});
afterAll(async () => {
  notifier.closeAllConnections();
  notifier.close();
  await log?.close();
  await gateway?.stop();
});

const open = async (path: string, headers: Record<string, string>) => {
  const response = await fetch(`${gateway.url}${path}`, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const abort = new AbortController();
  const ended = response.body?.pipeTo(new WritableStream(), { signal: abort.signal }).then(
    () => 'ended',
    () => 'broken off',
  );
  return { ended, close: () => abort.abort() };
};

it('an open event stream ends soon after its session does, or its token; others go on', async () => {
  const { cookie } = await gateway.person();
  const path = `/api/projects/${await gateway.project(cookie)}/activity`;
  const { token, id } = (await gateway.call('/api/user/tokens', { cookie, body: { name: 't' } })).json;
  const { email } = await gateway.person();
  const body = { email, password: 'correct horse' };
  const other = (await gateway.call('/api/user/signin', { body })).headers.getSetCookie()[0] ?? '';
  const elsewhere = `/api/projects/${await gateway.project(other)}/activity`;
  const bySession = await open(path, { cookie });
  const byToken = await open(path, { authorization: `Bearer ${token}` });
  const bystander = await open(elsewhere, { cookie: other });
  let bystanderEnded = false;
  void bystander.ended?.then(() => {
    bystanderEnded = true;
  });
  await gateway.call(`/api/user/tokens/${id}`, { method: 'DELETE', cookie });
  expect(await byToken.ended).toBe('broken off');
  await gateway.call('/api/user/signout', { method: 'POST', cookie });
  expect(await bySession.ended).toBe('broken off');
  expect(bystanderEnded).toBe(false);
  bystander.close();
});
