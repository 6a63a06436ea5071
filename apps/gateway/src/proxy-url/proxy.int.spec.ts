import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import sharp from 'sharp';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';

/** Real: the gateway, NATS, PostgreSQL, objects. By hand: what generator and notifier would append. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline?.stop();
  await gateway?.stop();
});

const shop = async (plan: 'free' | 'pro' = 'pro', config: Record<string, unknown> = {}) => {
  const person = await gateway.person(plan);
  const projectId = await gateway.project(person.cookie);
  const body = { allowed_origins: ['https://ex.com'], ...config };
  await gateway.call(`/api/projects/${projectId}/proxy-config`, {
    method: 'PUT',
    cookie: person.cookie,
    body,
  });
  const key = (await gateway.call(`/api/projects/${projectId}`, { cookie: person.cookie })).json.proxy_key;
  const url = (query = '', format = 'mp4') => `/v1/${key}/ex.com/a.png.${format}${query}`;
  const get = (query = '', headers: Record<string, string> = {}, method = 'GET') =>
    gateway.call(url(query), { headers, method });
  return { ...person, projectId, key, url, get };
};
const nothingAsked = async (get: (query: string) => Promise<{ json: { asset_id: string } }>, query = '') =>
  (await get(query)).json.asset_id;

describe('a proxy URL without a video yet', () => {
  it('answers 202 and starts one generation, however many ask', async () => {
    const { get } = await shop();
    const all = await Promise.all(Array.from({ length: 8 }, () => get()));
    expect(all.map(({ status }) => status)).toEqual(Array(8).fill(202));
    const [answer] = all;
    expect(answer?.json).toEqual({
      status: 'pending',
      asset_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      eta_seconds: expect.any(Number),
    });
    expect(new Set(all.map(({ json }) => json.asset_id)).size).toBe(1);
    const headers = Object.fromEntries(answer?.headers ?? []);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'retry-after': expect.stringMatching(/^[1-5]$/),
      'x-zoetrope-eta-ms': expect.stringMatching(/^\d+$/),
      'x-zoetrope-stage': 'pending',
      'access-control-allow-origin': '*',
    });
    const id = answer?.json.asset_id;
    expect(await gateway.service.log.readCurrent(`asset.${id.slice(0, 2)}.${id}.request`)).toHaveLength(1);
  });

  it('is the same asset as a prepare with the same words', async () => {
    const { get, cookie, projectId } = await shop();
    const id = (await get('?motion=subtle&dur=3')).json.asset_id;
    const body = { project_id: projectId, src: 'https://ex.com/a.png', motion: 'subtle', dur_seconds: 3 };
    const prepared = await gateway.call('/api/v1/prepare', { cookie, body });
    expect(prepared.json).toMatchObject({ asset_id: id, generation: 1 });
  });

  it('an upload is one asset under whichever scheme it was prepared', async () => {
    const { cookie, projectId, key } = await shop();
    const name = `localhost:4000/uploads/${'a'.repeat(64)}.png`;
    const ids = [];
    for (const scheme of ['http', 'https']) {
      const body = { project_id: projectId, src: `${scheme}://${name}` };
      ids.push((await gateway.call('/api/v1/prepare', { cookie, body })).json.asset_id);
    }
    const embedded = await gateway.call(`/v1/${key}/${name}.mp4`);
    expect([...ids, embedded.json.asset_id]).toEqual(Array(3).fill(ids[0]));
  });

  it('HEAD starts nothing', async () => {
    const { get, projectId, cookie } = await shop();
    expect((await get('', {}, 'HEAD')).status).toBe(404);
    expect((await gateway.call(`/api/projects/${projectId}/assets`, { cookie })).json.items).toEqual([]);
  });

  it('wait_ms holds the answer until the video is ready', async () => {
    const { get } = await shop();
    const id = await nothingAsked(get);
    const held = get('?wait_ms=10000');
    const video = bytesOf('held');
    await pipeline.make(id, 1, video);
    const answer = await held;
    expect([answer.status, answer.headers.get('x-zoetrope-generation')]).toEqual([200, '1']);
  });

  it('wait_ms ends with 202 when it is not ready in time', async () => {
    const { get } = await shop();
    await get();
    const began = performance.now();
    expect((await get('?wait_ms=300')).status).toBe(202);
    expect(performance.now() - began).toBeGreaterThanOrEqual(299);
  });
});

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

  it('passes quota’s refusal on, and asks again no sooner than a minute later', async () => {
    const { get, id: ownerId } = await shop('free');
    await gateway.quota.fillMonth(ownerId, 5);
    const refused = await get();
    expect([refused.status, refused.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
  });
});

describe('a proxy URL whose first generation ended badly', () => {
  const ended = async (code: 'i2v_failed' | 'source_too_large' | 'source_unsupported', message: string) => {
    const { get } = await shop();
    const id = await nothingAsked(get);
    const of = await pipeline.asset(id);
    const seq = await pipeline.requestSeq(id);
    await pipeline.tell(id, 'generation', of.queued(1, seq));
    await pipeline.tell(id, 'generation', of.failed(1, seq, code, message));
    return { id, answer: await get('?wait_ms=5000') };
  };

  it('502 names the asset, the code and the way on', async () => {
    const { id, answer } = await ended('i2v_failed', 'secret of the provider');
    const body = {
      error: 'last generation failed',
      asset_id: id,
      error_code: 'i2v_failed',
      hint: `POST /api/assets/${id}/regenerate`,
    };
    expect([answer.status, answer.json]).toEqual([502, body]);
  });

  it('413 and 415 for a source that cannot be used', async () => {
    const large = await ended('source_too_large', 'x');
    expect([large.answer.status, large.answer.json]).toEqual([413, { error: 'file exceeds 10 MB limit' }]);
    const odd = await ended('source_unsupported', 'not a png, jpeg or webp image');
    expect([odd.answer.status, odd.answer.json]).toEqual([
      415,
      { error: 'unsupported type: not a png, jpeg or webp image' },
    ]);
  });

  it('a refused generation is told as it was, in the exact words', async () => {
    const { get } = await shop();
    const id = await nothingAsked(get);
    const of = await pipeline.asset(id);
    await pipeline.tell(id, 'generation', of.refused(1, await pipeline.requestSeq(id)));
    const answer = await get('?wait_ms=5000');
    expect([answer.status, answer.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
  });
});

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

describe('the good video', () => {
  const ready = async () => {
    const it = await shop();
    const id = await nothingAsked(it.get);
    const video = bytesOf(id);
    await pipeline.make(id, 1, video);
    return { ...it, assetId: id, video };
  };
  const bytes = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}${path}`, { headers });
    return {
      status: response.status,
      headers: response.headers,
      body: Buffer.from(await response.arrayBuffer()),
    };
  };

  it('streams with everything a player and a cache need', async () => {
    const { url, assetId, video } = await ready();
    const { status, headers, body } = await bytes(url());
    expect(status).toBe(200);
    expect(body.equals(video)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(video.length),
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
      'last-modified': expect.stringMatching(/GMT$/),
      'cache-control': 'public, max-age=0, must-revalidate',
      'cache-status': expect.stringMatching(/^Zoetrope; /),
      'x-zoetrope-asset-id': assetId,
      'x-zoetrope-generation': '1',
      'x-zoetrope-stage': 'ready',
      'x-zoetrope-loop': 'native',
      'x-request-id': expect.any(String),
      'access-control-allow-origin': '*',
    });
    expect((await bytes(url())).headers.get('cache-status')).toBe('Zoetrope; hit');
  });

  it('answers ranges, conditions and HEAD', async () => {
    const { url, video, get } = await ready();
    const etag = (await bytes(url())).headers.get('etag') ?? '';
    const part = await bytes(url(), { range: 'bytes=100-199' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 100-199/${video.length}`]);
    expect(part.body.equals(video.subarray(100, 200))).toBe(true);
    const spliced = await bytes(url(), { range: 'bytes=100-199', 'if-range': '"older"' });
    expect([spliced.status, spliced.body.length]).toEqual([200, video.length]);
    const beyond = await get('', { range: 'bytes=999999-' });
    expect([beyond.status, beyond.json, beyond.headers.get('content-range')]).toEqual([
      416,
      { error: 'range not satisfiable' },
      `bytes */${video.length}`,
    ]);
    const same = await bytes(url(), { 'if-none-match': etag });
    expect([same.status, same.body.length, same.headers.get('etag')]).toEqual([304, 0, etag]);
    const head = await get('', {}, 'HEAD');
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([
      200,
      '',
      String(video.length),
    ]);
    expect(head.headers.get('etag')).toBe(etag);
  });

  it('keeps streaming, for the asker alone, while another is made, then streams the new one', async () => {
    const { url, assetId, video, cookie } = await ready();
    await bytes(url());
    await gateway.call(`/api/assets/${assetId}/regenerate`, { cookie, method: 'POST' });
    const during = await bytes(url());
    expect(during.body.equals(video)).toBe(true);
    expect(during.headers.get('cache-control')).toBe('private, max-age=0, must-revalidate');
    expect(during.headers.get('x-zoetrope-stage')).toBe('pending');
    const next = bytesOf('next', 20_000);
    const { of, seq, served } = await pipeline.store(assetId, 2, next);
    expect((await bytes(url())).body.equals(video)).toBe(true);
    await pipeline.tell(assetId, 'video', of.switched(2, seq, served));
    expect((await bytes(url())).body.equals(next)).toBe(true);
    await pipeline.tell(assetId, 'video', of.ready(2, seq, served));
    const after = await bytes(url(), { 'if-none-match': during.headers.get('etag') ?? '' });
    expect([after.status, after.headers.get('x-zoetrope-stage')]).toEqual([200, 'ready']);
    expect(after.body.equals(next)).toBe(true);
    expect(Date.parse(after.headers.get('last-modified') ?? '')).toBeGreaterThan(
      Date.parse(during.headers.get('last-modified') ?? ''),
    );
  });

  it('a failed regenerate leaves it', async () => {
    const { url, assetId, video, cookie } = await ready();
    await gateway.call(`/api/assets/${assetId}/regenerate`, { cookie, method: 'POST' });
    const of = await pipeline.asset(assetId);
    const seq = await pipeline.requestSeq(assetId);
    await pipeline.tell(assetId, 'generation', of.queued(2, seq));
    await pipeline.tell(assetId, 'generation', of.failed(2, seq));
    const after = await bytes(url());
    expect([after.status, after.headers.get('x-zoetrope-stage')]).toEqual([200, 'failed']);
    expect(after.body.equals(video)).toBe(true);
  });

  it('is gone for everybody once its asset is deleted', async () => {
    const { url, assetId, key, cookie, projectId } = await ready();
    await bytes(url());
    const subject = assetSubject(assetId, 'request');
    const deleted = (await pipeline.asset(assetId)).deleted(1);
    await gateway.service.log.append(subject, deleted, { cause: { id: `delete ${assetId}` } });
    for (const target of [url('?wait_ms=0'), url('', 'jpg'), `/v1/${key}/events/${assetId}`]) {
      const answer = await until('the deletion is known', async () => {
        const given = await gateway.call(target);
        return given.status === 410 && given;
      });
      expect([answer.json, answer.headers.get('cache-control')]).toEqual([
        { error: 'asset deleted' },
        'no-store',
      ]);
    }
    expect((await gateway.call(`/api/assets/${assetId}`, { cookie })).status).toBe(404);
    const listed = async () =>
      (await gateway.call(`/api/projects/${projectId}/assets`, { cookie })).json.items;
    await until('the views have it', async () => (await listed()).length === 0);
  });

  it('has the poster of its own bytes', async () => {
    const { key, url } = await ready();
    const poster = await bytes(url('', 'jpg'));
    expect([poster.status, poster.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(poster.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
    expect(key).toMatch(/^pk_/);
  });
});
