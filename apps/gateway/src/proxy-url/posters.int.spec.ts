import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { openShop } from '../testing/shop.js';

/** Real: the gateway, NATS, PostgreSQL, objects, a web server of a customer. */
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({ ZOETROPE_EGRESS_ALLOW: '127.0.0.0/8' });
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

  it('of a source that came compressed says so, in the words of the generation that ends on it', async () => {
    const body = gzipSync(await png());
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { key } = await shop('pro', { allowed_origins: [origin] });
      const src = Buffer.from(`${origin}/a.png`).toString('base64url');
      const answer = await gateway.call(`/v1/${key}/${src}.jpg`);
      expect([answer.status, answer.json.error_code]).toEqual([502, 'source_unfetchable']);
      expect(answer.json.error).toBe(
        'the source could not be fetched: the server compressed it although asked not to',
      );
    } finally {
      server.close();
    }
  });

  it('in an aspect that the plan does not have is refused as the video is, by prepare and by proxy URL', async () => {
    const { key, cookie, projectId } = await shop('free');
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(await png())]), 'a.png');
    const { url: src } = (await gateway.call('/api/v1/upload', { cookie, body: form })).json;
    const at = (format: string, query = '') =>
      gateway.call(`/v1/${key}/${src.replace(/^https?:\/\//, '')}.${format}${query}`);
    const body = { project_id: projectId, src, aspect: '9:16' };
    const answers = [
      await gateway.call('/api/v1/prepare', { cookie, body }),
      await at('mp4', '?aspect=9:16'),
      await at('jpg', '?aspect=9:16'),
    ];
    const [prepared] = answers;
    expect([prepared?.status, prepared?.json.details.fieldErrors]).toEqual([
      400,
      { aspect: [expect.stringContaining('preserve')] },
    ]);
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([400, prepared?.text]));
    for (const allowed of ['', '?aspect=preserve']) expect((await at('jpg', allowed)).status).toBe(200);
  });
});
