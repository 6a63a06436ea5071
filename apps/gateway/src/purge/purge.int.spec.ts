import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PurgeDue } from '@zoetrope/contracts/messages';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

// Real: broker, PostgreSQL, the gateway. What the notifier then does is its own tests' matter.
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

const prepared = async () => {
  const { cookie } = await gateway.person();
  const projectId = await gateway.project(cookie);
  const body = { project_id: projectId, src: 'https://images.example.com/a.png' };
  const { json } = await gateway.call('/api/v1/prepare', { cookie, body });
  return { cookie, projectId, assetId: json.asset_id as string };
};
const purge = (assetId: string, cookie: string) =>
  gateway.call(`/api/assets/${assetId}/purge`, { method: 'POST', cookie });

describe('POST /api/assets/:id/purge', () => {
  it('tells the notifier, durably', async () => {
    const { assetId, projectId, cookie } = await prepared();
    const rung = Promise.withResolvers<unknown>();
    const heard = gateway.service.log.core.subscribe(`due.notifier.purge.${assetId}`, (data) =>
      rung.resolve(data),
    );
    const before = await gateway.service.log.lastStreamSeq('TIMERS');
    const answer = await purge(assetId, cookie);
    expect([answer.status, answer.json]).toEqual([
      202,
      { asset_id: assetId, request_id: answer.headers.get('x-request-id') },
    ]);
    const due = PurgeDue.parse(await rung.promise);
    expect(due).toMatchObject({ kind: 'again', assetId, projectId });
    expect(await gateway.service.log.lastStreamSeq('TIMERS')).toBeGreaterThan(before);
    heard.stop();
  });

  it('is 404 for somebody else’s asset and 401 for nobody', async () => {
    const { assetId } = await prepared();
    const { cookie } = await gateway.person();
    expect((await purge(assetId, cookie)).text).toBe('{"error":"not found"}');
    expect((await purge('nonsense', cookie)).text).toBe('{"error":"not found"}');
    expect((await purge(assetId, '')).status).toBe(401);
  });
});
