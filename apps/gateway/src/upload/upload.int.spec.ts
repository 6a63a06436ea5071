import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pngWith } from '@zoetrope/media/structure/bombs';
import sharp from 'sharp';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
let cookie: string;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  ({ cookie } = await gateway.person());
});
afterAll(() => gateway.stop());

const image = (type: 'png' | 'jpeg' | 'webp' | 'gif', width = 256, height = 256) =>
  sharp({ create: { width, height, channels: 3, background: '#369' } })
    .toFormat(type)
    .toBuffer();

const form = (bytes: Uint8Array, field = 'file') => {
  const data = new FormData();
  data.append(field, new Blob([new Uint8Array(bytes)], { type: 'text/plain' }), 'name.txt');
  return data;
};
const upload = (body: FormData, headers = {}) => gateway.call('/api/v1/upload', { cookie, body, headers });

describe('POST /api/v1/upload', () => {
  it.each(['png', 'jpeg', 'webp'] as const)(
    'takes %s by its bytes, whatever its name, and serves it for ever',
    async (type) => {
      const bytes = await image(type);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const answer = await upload(form(bytes));
      const key = `uploads/${sha256}.${type === 'jpeg' ? 'jpg' : type}`;
      expect([answer.status, answer.json]).toEqual([201, { url: `http://localhost:4000/${key}`, key }]);
      const served = await fetch(`${gateway.url}/${key}`);
      expect(Buffer.from(await served.arrayBuffer()).equals(bytes)).toBe(true);
      expect(Object.fromEntries(served.headers)).toMatchObject({
        'content-type': `image/${type}`,
        'cache-control': 'public, max-age=31536000, immutable',
        'x-content-type-options': 'nosniff',
        'access-control-allow-origin': '*',
        etag: `"${sha256}"`,
      });
      const again = await gateway.call(`/${key}`, { headers: { 'if-none-match': `"${sha256}"` } });
      expect(again.status).toBe(304);
      const head = await gateway.call(`/${key}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    },
  );

  it('of a file that is also a web page is a picture only, to everybody who asks for it', async () => {
    const page = Buffer.concat([await image('png', 310), Buffer.from('<script>alert(1)</script>')]);
    const { json } = await upload(form(page));
    const served = await fetch(`${gateway.url}/${json.key}`);
    await served.arrayBuffer();
    expect(Object.fromEntries(served.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });

  it('is 413 over 10 MB', async () => {
    const answer = await upload(form(Buffer.alloc(10 * 1024 * 1024 + 1)));
    expect([answer.status, answer.text]).toEqual([413, '{"error":"file exceeds 10 MB limit"}']);
  });

  it('is 415 for other bytes, for sides out of range and for what unpacks to far more than its pixels', async () => {
    for (const bytes of [
      Buffer.from('<svg/>'),
      await image('gif'),
      await image('png', 255),
      await image('png', 4097),
      pngWith([], 50_000_000),
    ]) {
      const answer = await upload(form(bytes));
      expect([answer.status, answer.json.error]).toEqual([415, expect.stringMatching(/^unsupported type: /)]);
    }
    const json = await gateway.call('/api/v1/upload', { cookie, body: {} });
    expect([json.status, json.headers.get('x-error-code')]).toEqual([415, 'unsupported_media_type']);
  });

  it('is 400 without the field, 401 without a session', async () => {
    expect((await upload(form(await image('png'), 'picture'))).json.details.fieldErrors).toHaveProperty(
      'picture',
    );
    expect((await upload(new FormData())).status).toBe(400);
    expect((await gateway.call('/api/v1/upload', { body: form(await image('png')) })).status).toBe(401);
  });

  it('is 400 with one complaint for a form that is broken, wherever it breaks', async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n';
    const whole = Buffer.concat([Buffer.from(part), await image('png'), Buffer.from('\r\n--b--\r\n')]);
    const cut = (bytes: number) => whole.subarray(0, bytes);
    for (const [boundary, body] of [
      ['', whole],
      ['; boundary=', whole],
      ['; boundary=b', cut(2)],
      ['; boundary=b', cut(part.length - 10)],
      ['; boundary=b', cut(part.length)],
      ['; boundary=b', cut(part.length + 90)],
      ['; boundary=b', cut(whole.length - 9)],
      ['; boundary=b', cut(whole.length - 4)],
      ['; boundary=b', Buffer.concat([cut(whole.length - 4), Buffer.from('\r\n'), cut(part.length + 40)])],
    ] as const) {
      const headers = { 'content-type': `multipart/form-data${boundary}` };
      const answer = await gateway.call('/api/v1/upload', { cookie, body, headers });
      expect([boundary, body.length, answer.status, answer.text]).toEqual([
        boundary,
        body.length,
        400,
        expect.stringMatching(
          /^{"error":"Validation failed","details":{"fieldErrors":{.*},"formErrors":\[.*\]}}$/,
        ),
      ]);
      const { fieldErrors, formErrors } = answer.json.details;
      expect([...Object.values(fieldErrors).flat(), ...formErrors]).toHaveLength(1);
    }
    expect((await upload(form(await image('png', 299)))).status).toBe(201);
  });

  it('gives its first answer again under one key, and 422 to other bytes', async () => {
    const headers = { 'idempotency-key': 'picture' };
    const first = await upload(form(await image('png', 300)), headers);
    const again = await upload(form(await image('png', 300)), headers);
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      first.text,
      'true',
    ]);
    expect((await upload(form(await image('png', 301)), headers)).status).toBe(422);
  });

  it('is 404 for what was never uploaded', async () => {
    for (const name of [`${'0'.repeat(64)}.png`, 'x.png', '..%2f..%2fetc%2fpasswd']) {
      expect((await gateway.call(`/uploads/${name}`)).status).toBe(404);
    }
  });
});
