import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { openShop } from '../testing/shop.js';

/** Real: the gateway, NATS, PostgreSQL, objects. */
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway?.stop());

const shop = (plan: 'free' | 'pro' = 'pro', config: Record<string, unknown> = {}) =>
  openShop(gateway, plan, config);

describe('a proxy URL that may not', () => {
  it.each([
    ['/v1/pk_unknown/ex.com/a.png.mp4', 403, 'unknown project key'],
    ['/v1/pk_unknown/ex.com/a.png.gif', 400, expect.any(String)],
  ])('%s: %d', async (target, status, error) => {
    const answer = await gateway.call(target);
    expect([answer.status, answer.json]).toEqual([status, { error }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('names what is malformed, and refuses other origins', async () => {
    const { get, key } = await shop();
    const bad = await get('?dur=9');
    expect([bad.status, bad.json]).toEqual([400, { error: 'dur must be an integer from 2 to 8' }]);
    const other = await gateway.call(`/v1/${key}/evil.com/a.png.mp4`);
    expect([other.status, other.json]).toEqual([403, { error: 'origin not in allowlist' }]);
  });

  it('is 404 for an unknown asset with auto_generate off, and 429 beyond new_assets_per_minute', async () => {
    const off = await shop('pro', { auto_generate: false });
    expect((await off.get()).status).toBe(404);
    expect((await gateway.call(off.url('', 'jpg'))).status).toBe(404);
    const few = await shop('pro', { new_assets_per_minute: 2 });
    const all = [
      await few.get('?seed=1'),
      await few.get('?seed=2'),
      await few.get('?seed=3'),
      await few.get('?seed=1'),
    ];
    expect(all.map(({ status }) => status)).toEqual([202, 202, 429, 202]);
    expect(all[2]?.json).toEqual({ error: 'rate limited', retry_after_ms: expect.any(Number) });
  });

  it('counts new assets for all gateways together, and the same one asked for at once only once', async () => {
    const { url } = await shop('pro', { new_assets_per_minute: 3 });
    const other = await gateway.copy();
    try {
      const ask = (n: number, seed: number) =>
        gateway.call(url(`?seed=${seed}`), { port: n % 2 ? other.port : gateway.service.port });
      const warm = await Promise.all(Array.from({ length: 3 }, (_, n) => ask(n, 1)));
      expect(warm.map(({ status }) => status)).toEqual(expect.arrayContaining([202]));
      const started = new Set<number>();
      for (let round = 0; round < 3; round++)
        for (const seed of [2, 3, 4, 5])
          if ((await ask(round + seed, seed)).status === 202) started.add(seed);
      expect([...started]).toEqual([2, 3]);
    } finally {
      await other.stop();
    }
  });

  it('passes quota’s refusal on, and asks again no sooner than a minute later', async () => {
    const { get, id: ownerId } = await shop('free');
    await gateway.quota.fillMonth(ownerId, 5);
    const refused = await get();
    expect([refused.status, refused.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
  });
});
