import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCancelled } from '@zoetrope/contracts/facts/generation';
import { AssetPrepared, GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { assetSubject, FILTERS } from '@zoetrope/contracts/subjects';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
let generator: EventLog;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  generator = await connectLog(gateway.nats.url, { service: 'generator' });
});
afterAll(async () => {
  await generator.close();
  await gateway.stop();
});

const prepared = async () => {
  const { cookie } = await gateway.person();
  const body = { project_id: await gateway.project(cookie), src: 'https://images.example.com/a.png' };
  const { json } = await gateway.call('/api/v1/prepare', { cookie, body });
  return { cookie, assetId: json.asset_id as string };
};
const cancel = (assetId: string, cookie: string) =>
  gateway.call(`/api/assets/${assetId}/cancel`, { method: 'POST', cookie });
const requestsOf = (assetId: string) => gateway.service.log.readCurrent(assetSubject(assetId, 'request'));

/** Ends what is cancelled, as the generator would for an ask it had not taken up. */
const endCancelled = () =>
  generator.follow('ASSETS', { subjects: [FILTERS.requests], from: 'new' }, async (fact) => {
    if (!GenerationCancelRequested.is(fact)) return;
    const { assetId, generation } = fact.data;
    const [prepare] = await generator.read(assetSubject(assetId, 'request'));
    if (!prepare || !AssetPrepared.is(prepare)) throw new Error('no asset');
    const { projectId, ownerId, period, commandId } = prepare.data;
    const ids = { assetId, projectId, ownerId, period, generation, requestSeq: prepare.meta.seq, commandId };
    const ended = GenerationCancelled({ ...ids, latest: null, reason: 'requested', predicted: false });
    await generator.append(assetSubject(assetId, 'generation'), ended, {
      expect: 0,
      cause: { id: fact.meta.id },
    });
  });

describe('POST /api/assets/:id/cancel', () => {
  it('asks once for the end of the generation in flight, and answers when it has ended', async () => {
    const follow = await endCancelled();
    const { assetId, cookie } = await prepared();
    const answer = await cancel(assetId, cookie);
    expect([answer.status, answer.json]).toEqual([200, { asset_id: assetId, status: 'failed' }]);
    const again = await cancel(assetId, cookie);
    expect([again.status, again.json]).toEqual([200, { asset_id: assetId, status: 'failed' }]);
    expect((await requestsOf(assetId)).map(({ type }) => type)).toEqual([
      'AssetPrepared',
      'GenerationCancelRequested',
    ]);
    await follow.stop();
  });

  it('answers pending when the generator takes its time, and asks no second time', async () => {
    const { assetId, cookie } = await prepared();
    expect((await cancel(assetId, cookie)).json.status).toBe('pending');
    expect((await cancel(assetId, cookie)).json.status).toBe('pending');
    expect(await requestsOf(assetId)).toHaveLength(2);
  });

  it('is 404 for somebody else’s asset and 401 for nobody', async () => {
    const { assetId } = await prepared();
    const { cookie } = await gateway.person();
    expect((await cancel(assetId, cookie)).text).toBe('{"error":"not found"}');
    expect((await cancel(assetId, '')).status).toBe(401);
  });
});
