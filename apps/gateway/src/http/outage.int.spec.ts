import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

it('says 503, with the key to repeat under, while the log and then the database are away', async () => {
  const { cookie } = await gateway.person();
  const prepare = async () => {
    const body = { project_id: projectId, src: 'https://images.example.com/a.png' };
    const answer = await gateway.call('/api/v1/prepare', { cookie, body });
    expect([answer.status, answer.json]).toEqual([
      503,
      { error: 'temporarily unavailable', retry_after_ms: expect.any(Number) },
    ]);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(answer.headers.get('idempotency-key')).toBeTruthy();
  };
  const projectId = await gateway.project(cookie);
  await gateway.nats.stop();
  await prepare();
  await gateway.postgres.stop();
  await prepare();
});
