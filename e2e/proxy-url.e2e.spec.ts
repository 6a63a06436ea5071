import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { type ImageHost, startImageHost } from './support/image-host.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process, and a web server that hosts the images. Every row of PRODUCT 4, as a browser and a cache see it. */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
let host: ImageHost;

beforeAll(async () => {
  system = await startTestSystem();
  host = await startImageHost({
    '/a.jpg': await photoLike({ width: 320, height: 256, seed: 6 }),
    '/notes.txt': Buffer.from('no image at all'),
  });
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  await customer.call('PUT', `/api/projects/${project.id}/proxy-config`, {
    body: { allowed_origins: [host.origin], default_mode: 'animate-in', default_dur_seconds: 2 },
  });
  const src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 7 }));
  asset = await customer.prepare({ project_id: project.id, src, dur_seconds: 2, mode: 'animate-in' });
  await ready(asset.asset_id, 1);
}, 120_000);
afterAll(async () => {
  await host?.stop();
  await system?.end();
}, 60_000);

async function ready(assetId: string, generation: number): Promise<void> {
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${assetId}`);
  await watcher.named('ready', generation);
  watcher.stop();
}

async function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(url, { headers, method });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') };
}
const encoded = (url: string) => Buffer.from(url).toString('base64url');
const proxy = (src: string, query = '', format = 'mp4') =>
  `${system.url}/v1/${project.proxy_key}/${src}.${format}${query}`;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('a good video', () => {
  it('carries every header of the contract', async () => {
    const { status, headers, bytes } = await get(asset.mp4_url);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'content-length': String(bytes.length),
      etag: `"${sha256(bytes)}"`,
      'last-modified': expect.stringMatching(/GMT$/),
      'x-zoetrope-asset-id': asset.asset_id,
      'x-zoetrope-generation': '1',
      'x-zoetrope-stage': 'ready',
      'x-zoetrope-loop': 'none',
      'x-request-id': expect.any(String),
      'cache-status': expect.any(String),
      'cache-control': 'public, max-age=0, must-revalidate',
      'access-control-allow-origin': '*',
    });
  });

  it('answers HEAD like GET, without the bytes', async () => {
    const [whole, head] = [await get(asset.mp4_url), await get(asset.mp4_url, {}, 'HEAD')];
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    for (const name of ['etag', 'content-length', 'content-type', 'last-modified', 'accept-ranges']) {
      expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
  });

  it('gives ranges, and 416 with the length where there is nothing', async () => {
    const { bytes } = await get(asset.mp4_url);
    const cases: [string, number, number][] = [
      ['bytes=0-99', 0, 100],
      ['bytes=100-', 100, bytes.length],
      ['bytes=-50', bytes.length - 50, bytes.length],
      [`bytes=10-${bytes.length * 2}`, 10, bytes.length],
    ];
    for (const [range, from, to] of cases) {
      const part = await get(asset.mp4_url, { range });
      expect([range, part.status, part.headers.get('content-range')]).toEqual([
        range,
        206,
        `bytes ${from}-${to - 1}/${bytes.length}`,
      ]);
      expect(part.bytes.equals(bytes.subarray(from, to))).toBe(true);
    }
    const beyond = await get(asset.mp4_url, { range: `bytes=${bytes.length}-` });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    expect((await get(asset.mp4_url, { range: 'lines=1-2' })).status).toBe(200);
  });

  it('revalidates cheaply by ETag and by date', async () => {
    const { headers } = await get(asset.mp4_url);
    const etag = headers.get('etag') ?? '';
    const conditions: Record<string, string>[] = [
      { 'if-none-match': etag },
      { 'if-none-match': `W/${etag}, "x"` },
      { 'if-none-match': '*' },
      { 'if-modified-since': headers.get('last-modified') ?? '' },
    ];
    for (const condition of conditions) {
      const answer = await get(asset.mp4_url, condition);
      expect([condition, answer.status, answer.bytes.length]).toEqual([condition, 304, 0]);
      expect(answer.headers.get('etag')).toBe(etag);
    }
    expect((await get(asset.mp4_url, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('gives the whole new video to an If-Range with the old ETag', async () => {
    const before = await get(asset.mp4_url);
    const { body } = await customer.regenerate(asset.asset_id, { motion: 'kinetic' });
    await ready(asset.asset_id, body.generation);
    const spliced = await get(asset.mp4_url, {
      range: 'bytes=0-99',
      'if-range': before.headers.get('etag') ?? '',
    });
    expect([spliced.status, spliced.bytes.length > 100]).toEqual([200, true]);
    expect(Date.parse(spliced.headers.get('last-modified') ?? '')).toBeGreaterThanOrEqual(
      Date.parse(before.headers.get('last-modified') ?? '') + 1000,
    );
    const again = await get(asset.mp4_url, {
      range: 'bytes=0-99',
      'if-range': spliced.headers.get('etag') ?? '',
    });
    expect([again.status, again.bytes.length]).toEqual([206, 100]);
  }, 60_000);

  it('ignores what it does not know in the query', async () => {
    const url = new URL(asset.mp4_url);
    url.searchParams.set('utm_source', 'mail');
    const answer = await get(url.href);
    expect([answer.status, answer.headers.get('x-zoetrope-asset-id')]).toEqual([200, asset.asset_id]);
  });

  it('has a poster, as jpeg', async () => {
    const answer = await get(asset.poster_url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(answer.bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
  });
});

describe('a first look', () => {
  it('HEAD starts nothing; GET starts one, says 202 at once and the same asset each time, then streams', async () => {
    const url = proxy(encoded(`${host.origin}/a.jpg`));
    const before = await customer.usage();
    expect((await get(url, {}, 'HEAD')).status).toBe(404);
    expect(await customer.usage()).toEqual(before);
    const answers = await Promise.all([get(url), get(url), get(url)]);
    const ids = answers.map(({ text }) => (JSON.parse(text) as { asset_id: string }).asset_id);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(ids).size).toBe(1);
    const [first] = answers;
    expect(JSON.parse(first?.text ?? '')).toEqual({
      status: 'pending',
      asset_id: expect.any(String),
      eta_seconds: expect.any(Number),
    });
    expect(Object.fromEntries(first?.headers ?? [])).toMatchObject({
      'retry-after': expect.any(String),
      'x-zoetrope-eta-ms': expect.any(String),
      'cache-control': expect.stringContaining('no-store'),
    });
    const held = await get(`${url}?wait_ms=10000`);
    expect([held.status, held.headers.get('content-type')]).toEqual([200, 'video/mp4']);
    expect((await customer.usage()).used + (await customer.usage()).reserved).toBe(
      before.used + before.reserved + 1,
    );
  }, 60_000);

  it('takes the plain address too, and finds the same asset', async () => {
    const plain = await get(proxy(`${host.origin.replace('http://', '')}/a.jpg`));
    expect([403, 200, 202]).toContain(plain.status);
  });

  it('of a source that is no image ends in 415, is not charged, and says so from then on', async () => {
    const before = await customer.usage();
    const url = proxy(encoded(`${host.origin}/notes.txt`));
    const { text } = await get(url);
    const { asset_id } = JSON.parse(text) as { asset_id: string };
    const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset_id}`);
    await watcher.named('failed', 1);
    watcher.stop();
    const answer = await get(url);
    expect([answer.status, answer.text]).toEqual([
      415,
      expect.stringMatching(/^\{"error":"unsupported type: .*"\}$/),
    ]);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect((await customer.usage()).used).toBe(before.used);
  }, 60_000);

  it('of a source that cannot be fetched ends in 502 with the way out', async () => {
    const url = proxy(encoded(`${host.origin}/missing.jpg`));
    const { asset_id } = JSON.parse((await get(url)).text) as { asset_id: string };
    const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset_id}`);
    await watcher.named('failed', 1);
    watcher.stop();
    const answer = await get(url);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text)).toEqual({
      error: 'last generation failed',
      asset_id,
      error_code: 'source_unfetchable',
      hint: `POST /api/assets/${asset_id}/regenerate`,
    });
  }, 60_000);
});

describe('refused', () => {
  const refusals: [string, number, () => string, string | undefined][] = [
    [
      'an unknown key',
      403,
      () => `${system.url}/v1/pk_${'x'.repeat(24)}/${encoded('https://example.com/a.jpg')}.mp4`,
      '{"error":"unknown project key"}',
    ],
    [
      'an origin that is not allowed',
      403,
      () => proxy(encoded('https://elsewhere.example/a.jpg')),
      '{"error":"origin not in allowlist"}',
    ],
    [
      'a name that only ends like an allowed one',
      403,
      () => proxy(encoded('https://evilcdn.example/a.jpg')),
      '{"error":"origin not in allowlist"}',
    ],
    ['something that is no base64url', 400, () => proxy('***'), undefined],
    ['base64url of something that is no address', 400, () => proxy(encoded('not an address')), undefined],
    ['another format', 400, () => proxy(encoded(`${host.origin}/a.jpg`), '', 'gif'), undefined],
    ['a wrong motion', 400, () => proxy(encoded(`${host.origin}/a.jpg`), '?motion=wild'), undefined],
    ['a wrong length', 400, () => proxy(encoded(`${host.origin}/a.jpg`), '?dur=99'), undefined],
    ['a wait over 10 s', 400, () => proxy(encoded(`${host.origin}/a.jpg`), '?wait_ms=10001'), undefined],
  ];
  it.each(refusals)('%s is %i', async (_what, status, url, body) => {
    const answer = await get(url());
    expect(answer.status).toBe(status);
    if (body) expect(answer.text).toBe(body);
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) });
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  it('when quota refuses the first generation it is the 429 of the month', async () => {
    const free = await Customer.signUp(system);
    const site = await free.project();
    const sources = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (seed) =>
        free.upload(await photoLike({ width: 256, height: 256, seed: 100 + seed })),
      ),
    );
    for (const src of sources.slice(0, 5))
      await free.prepare({ project_id: site.id, src, mode: 'animate-in', dur_seconds: 2 });
    const refused = await get(`${system.url}/v1/${site.proxy_key}/${encoded(sources[5] ?? '')}.mp4`);
    expect([refused.status, refused.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
  }, 60_000);

  it('auto_generate off makes an unknown asset 404 and starts nothing', async () => {
    const closed = await customer.project('Closed');
    await customer.call('PUT', `/api/projects/${closed.id}/proxy-config`, {
      body: { allowed_origins: [host.origin], auto_generate: false },
    });
    const answer = await get(`${system.url}/v1/${closed.proxy_key}/${encoded(`${host.origin}/a.jpg`)}.mp4`);
    expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
  });
});
