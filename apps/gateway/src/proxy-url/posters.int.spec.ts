import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
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

describe('the poster', () => {
  const png = () =>
    sharp({ create: { width: 400, height: 300, channels: 3, background: '#c33' } })
      .png()
      .toBuffer();

  it('is made from an upload on the first ask, and starts nothing', async () => {
    const { key, cookie, projectId } = await shop();
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(await png())], { type: 'image/png' }), 'a.png');
    const { url } = (await gateway.call('/api/v1/upload', { cookie, method: 'POST', body: form })).json;
    const answer = await gateway.call(`/v1/${key}/${url.replace(/^https?:\/\//, '')}.jpg`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const again = await gateway.call(`/v1/${key}/${url.replace(/^https?:\/\//, '')}.jpg`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
    expect((await gateway.call(`/api/projects/${projectId}/assets`, { cookie })).json.items).toEqual([]);
  });

  it('says at once what is wrong with a source', async () => {
    const { key } = await shop();
    const gone = await gateway.call(`/v1/${key}/localhost:4000/uploads/${'0'.repeat(64)}.png.jpg`);
    expect([gone.status, gone.json.error_code]).toEqual([502, 'source_unfetchable']);
    expect(gone.headers.get('cache-control')).toBe('no-store');
  });
});
