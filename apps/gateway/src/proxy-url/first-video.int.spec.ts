import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
