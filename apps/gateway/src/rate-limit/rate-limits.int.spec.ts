import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@zoetrope/platform/service';
import { type Answer, GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: two gateways on one NATS and one PostgreSQL, over HTTP. */
let gateway: GatewayUnderTest;
let second: RunningService;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  second = await gateway.copy();
});
afterAll(async () => {
  await second?.stop();
  await gateway.stop();
});

const REFUSED = /^\{"error":"rate limited","retry_after_ms":\d+\}$/;

async function somebodyWithAnAsset() {
  const { cookie } = await gateway.person('pro');
  const body = { project_id: await gateway.project(cookie), src: 'https://images.example.com/a.png' };
  const { asset_id } = (await gateway.call('/api/v1/prepare', { cookie, body })).json;
  const regenerate = (nth: number, headers: Record<string, string> = {}) =>
    gateway.call(`/api/assets/${asset_id}/regenerate`, {
      method: 'POST',
      cookie,
      headers,
      port: nth % 2 === 0 ? gateway.service.port : second.port,
    });
  return { cookie, regenerate };
}

const limits = ({ headers }: Answer) => ({
  limit: headers.get('ratelimit-limit'),
  policy: headers.get('ratelimit-policy'),
});

describe('the rate limit of a user', () => {
  it('lets 30 regenerates of a minute pass, through two gateways and at once, and refuses the 31st', async () => {
    const { regenerate } = await somebodyWithAnAsset();
    const answers = await Promise.all(Array.from({ length: 45 }, (_, nth) => regenerate(nth)));
    const refused = answers.filter(({ status }) => status === 429);
    const passed = answers.filter(({ status }) => status !== 429);
    expect(passed).toHaveLength(30);
    // A busy machine may not decide one in time; it counts all the same.
    expect(passed.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
    const remaining = passed.map(({ headers }) => Number(headers.get('ratelimit-remaining')));
    expect(remaining.sort((a, b) => b - a)).toEqual(Array.from({ length: 30 }, (_, n) => 29 - n));
    for (const { text, json, headers } of refused) {
      expect(text).toMatch(REFUSED);
      expect(headers.get('x-error-code')).toBe('rate_limited');
      expect(headers.get('ratelimit-remaining')).toBe('0');
      expect(Number(headers.get('retry-after'))).toBe(Math.ceil(json.retry_after_ms / 1000));
      expect(headers.get('retry-after')).toBe(headers.get('ratelimit-reset'));
      expect(json.retry_after_ms).toBeLessThanOrEqual(60_000);
    }
  }, 60_000);

  it('counts a replayed answer at no gateway', async () => {
    const { regenerate } = await somebodyWithAnAsset();
    const keyed = (nth: number) => regenerate(nth, { 'idempotency-key': 'the-same' });
    let first = await keyed(0);
    while (first.status === 503) first = await keyed(0); // not decided in time, on a busy machine
    const left = Number(first.headers.get('ratelimit-remaining'));
    for (let nth = 0; nth < 6; nth++) {
      const again = await keyed(nth);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('ratelimit-remaining')).toBe(String(left));
    }
    expect((await regenerate(1)).headers.get('ratelimit-remaining')).toBe(String(left - 1));
  });

  it('is told on every answer that needs a session, by the kind of call', async () => {
    const { cookie, regenerate } = await somebodyWithAnAsset();
    const { cookie: other } = await gateway.person();
    expect(limits(await regenerate(0))).toEqual({ limit: '30', policy: '30;w=60' });
    const src = 'https://images.example.com/b.png';
    const project_id = await gateway.project(cookie);
    const prepare = await gateway.call('/api/v1/prepare', { cookie, body: { project_id, src } });
    expect(limits(prepare)).toEqual({ limit: '60', policy: '60;w=60' });
    const missing = await gateway.call('/api/projects/prj_none', { cookie: other });
    expect([missing.status, limits(missing)]).toEqual([404, { limit: '300', policy: '300;w=60' }]);
    expect(missing.headers.get('ratelimit-remaining')).toBe('299');
    expect(Number(missing.headers.get('ratelimit-reset'))).toBeGreaterThan(55);
    expect(limits(await gateway.call('/api/user/session', { cookie }))).toEqual({
      limit: null,
      policy: null,
    });
  });
});
