import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';
import { openShop } from '../testing/shop.js';

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

const shop = (plan: 'free' | 'pro' = 'pro', config: Record<string, unknown> = {}) =>
  openShop(gateway, plan, config);
const nothingAsked = async (get: (query: string) => Promise<{ json: { asset_id: string } }>, query = '') =>
  (await get(query)).json.asset_id;

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
