import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { dueSubject } from '@zoetrope/contracts/subjects';
import { Webhook } from 'standardwebhooks';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: the gateway, NATS, PostgreSQL. The provider is a server that knows its signing secret. */
const SECRET = `whsec_${Buffer.from('the secret of the provider').toString('base64')}`;
const ASSET = 'ab'.repeat(16);
let gateway: GatewayUnderTest;
let provider: Server;
let asked = 0;
beforeAll(async () => {
  provider = createServer((request, response) => {
    asked += 1;
    const known =
      request.url === '/v1/webhooks/default/secret' && request.headers.authorization === 'Bearer token';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? JSON.stringify({ key: SECRET }) : '{}');
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const { port } = provider.address() as AddressInfo;
  gateway = await GatewayUnderTest.start({
    REPLICATE_BASE_URL: `http://127.0.0.1:${port}/v1`,
    REPLICATE_API_TOKEN: 'token',
  });
});
afterAll(async () => {
  await gateway?.stop();
  provider?.closeAllConnections();
  provider?.close();
});

const signed = (body: string, secret = SECRET, at = new Date()) => ({
  'content-type': 'application/json',
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(secret).sign('msg_1', at, body),
});
const report = (body: string, headers: Record<string, string>, tail = `${ASSET}/1/stage1/2`) =>
  gateway.call(`/v1/callbacks/replicate/${tail}`, { method: 'POST', body, headers });

/** What rang: the payloads on the generator's due subject of that stage attempt. */
const rung = async (attempt = 2) => {
  const connection = await connect({ servers: gateway.nats.url });
  try {
    const manager = await jetstreamManager(connection);
    const last_by_subj = dueSubject('generator', `${ASSET}.1.stage1.${attempt}`);
    return (await manager.streams.getMessage('TIMERS', { last_by_subj }))?.json();
  } finally {
    await connection.close();
  }
};

it('forged, stale, altered or unsigned ones are refused, and ring nothing', async () => {
  const body = '{"id":"p1"}';
  const forged = signed(body, `whsec_${Buffer.from('another secret, of nobody').toString('base64')}`);
  const stale = signed(body, SECRET, new Date(Date.now() - 10 * 60_000));
  for (const headers of [forged, stale, signed('{"id":"p2"}'), { 'content-type': 'application/json' }]) {
    const answer = await report(body, headers);
    expect([answer.status, answer.json]).toEqual([401, { error: 'invalid callback signature' }]);
  }
  expect(await rung()).toBeUndefined();
});

it('a verified one rings the generator’s alarm of its stage before it is acknowledged', async () => {
  const body = JSON.stringify({ id: 'p1', status: 'succeeded', logs: 'x'.repeat(200_000) });
  expect((await report(body, signed(body))).status).toBe(200);
  expect(await rung()).toEqual({
    assetId: ASSET,
    generation: 1,
    stage: 'stage1',
    attempt: 2,
    kind: 'callback',
    predictionId: 'p1',
  });
  expect(asked).toBe(1);
});

it('one that was signed for another address speaks for nobody', async () => {
  const address = (asset: string) => `https://zoetrope.test/v1/callbacks/replicate/${asset}/1/stage1/3`;
  const ours = JSON.stringify({ id: 'p3', webhook: address(ASSET) });
  const theirs = JSON.stringify({ id: 'p3', webhook: address('cd'.repeat(16)) });
  expect((await report(theirs, signed(theirs), `${ASSET}/1/stage1/3`)).status).toBe(400);
  expect(await rung(3)).toBeUndefined();
  expect((await report(ours, signed(ours), `${ASSET}/1/stage1/3`)).status).toBe(200);
  expect(await rung(3)).toMatchObject({ predictionId: 'p3' });
});

it('over 1 MB is too large, and a strange address is malformed', async () => {
  const huge = JSON.stringify({ id: 'p1', logs: 'x'.repeat(1024 * 1024) });
  expect((await report(huge, signed(huge))).status).toBe(413);
  const body = '{"id":"p1"}';
  for (const tail of [`${ASSET}/0/stage1/1`, `${ASSET}/1/merge/1`, 'x/1/stage1/1']) {
    expect((await report(body, signed(body), tail)).status).toBe(400);
  }
});
