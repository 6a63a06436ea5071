import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { videoKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { ProjectionRunner } from '../projections/projection-runner.js';
import { OBJECTS } from '../resources/tokens.js';
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

const owner = async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const prepare = async (more: Record<string, unknown> = {}) => {
    const body = { project_id: projectId, src: 'https://ex.com/a.png', ...more };
    return (await gateway.call('/api/v1/prepare', { cookie: person.cookie, body })).json.asset_id as string;
  };
  const get = (target: string) => gateway.call(target, { cookie: person.cookie });
  const regenerate = (id: string, body: unknown = {}) =>
    gateway.call(`/api/assets/${id}/regenerate`, { cookie: person.cookie, body });
  return { ...person, projectId, prepare, get, regenerate };
};

describe('GET /api/assets/:id', () => {
  it('has every field of the served video and of its generations', async () => {
    const { prepare, get, projectId } = await owner();
    const id = await prepare({ motion: 'subtle' });
    const video = bytesOf(id);
    await pipeline.make(id, 1, video);
    const { status, json } = await get(`/api/assets/${id}`);
    expect(status).toBe(200);
    const sha256 = createHash('sha256').update(video).digest('hex');
    expect(json.asset).toEqual({
      id,
      project_id: projectId,
      src_url: 'https://ex.com/a.png',
      status: 'ready',
      motion: 'medium',
      mode: 'loop',
      dur_seconds: 4,
      aspect: 'preserve',
      seed: null,
      mp4_url: expect.stringMatching(/\/ex\.com\/a\.png\.mp4\?motion=subtle$/),
      poster_url: expect.stringMatching(/\/ex\.com\/a\.png\.jpg\?motion=subtle$/),
      duration_ms: 4000,
      width: 720,
      height: 480,
      bytes: video.length,
      sha256,
      vision_prompt: null,
      model: 'seedance',
      loop_mode: 'native',
      generation: 1,
      generation_count: 1,
      created_at: expect.any(Number),
      ready_at: expect.any(Number),
      error: null,
    });
    expect(json.generations).toEqual([
      {
        generation: 1,
        status: 'ready',
        requested_by: 'api',
        parameters: {
          motion: 'medium',
          mode: 'loop',
          dur_seconds: 4,
          aspect: 'preserve',
          seed: 7,
          prompt_override: null,
        },
        vision_prompt: null,
        model: 'seedance',
        loop_mode: 'native',
        bytes: video.length,
        sha256,
        predictions: [],
        charged: false,
        overage: false,
        requested_at: expect.any(Number),
        ready_at: expect.any(Number),
        error_code: null,
        error_msg: null,
      },
    ]);
    expect(json.generations_cursor).toBeNull();
  });

  it('shows its own caller’s regenerate at once, every time', async () => {
    const { prepare, get, regenerate } = await owner();
    const id = await prepare();
    await pipeline.make(id, 1, bytesOf(id));
    for (let n = 2; n <= 12; n++) {
      expect((await regenerate(id)).json.generation).toBe(n);
      const { asset, generations } = (await get(`/api/assets/${id}`)).json;
      expect([asset.status, asset.generation, generations[0].generation]).toEqual(['pending', 1, n]);
    }
  });

  it('shows it also while no copy projects, from the facts the views lack', async () => {
    const { prepare, get, regenerate } = await owner();
    const id = await prepare();
    await pipeline.make(id, 1, bytesOf(id));
    await get(`/api/assets/${id}`);
    const runner = gateway.service.app.get(ProjectionRunner);
    await runner.pause();
    try {
      await regenerate(id, { dur_seconds: 6 });
      const { of, seq } = { of: await pipeline.asset(id), seq: await pipeline.requestSeq(id) };
      await pipeline.tell(id, 'generation', of.queued(2, seq, { dur_seconds: 6 }));
      const { asset, generations } = (await get(`/api/assets/${id}`)).json;
      expect(asset).toMatchObject({ status: 'pending', dur_seconds: 6, generation: 1, generation_count: 2 });
      expect(generations.map(({ generation }: { generation: number }) => generation)).toEqual([2, 1]);
    } finally {
      runner.resume();
    }
  });

  it('pages its generations by 50, newest first', async () => {
    const { prepare, get } = await owner();
    const id = await prepare();
    const of = await pipeline.asset(id);
    const gatewayLog = gateway.service.log;
    for (let n = 2; n <= 55; n++) {
      await gatewayLog.append(assetSubject(id, 'request'), of.regenerate(n), { cause: { id: `page-${n}` } });
    }
    const first = (await get(`/api/assets/${id}`)).json;
    expect(first.generations.map((g: { generation: number }) => g.generation)).toEqual(
      Array.from({ length: 50 }, (_, i) => 55 - i),
    );
    const next = (await get(`/api/assets/${id}?generations_cursor=${first.generations_cursor}`)).json;
    expect(next.generations.map((g: { generation: number }) => g.generation)).toEqual([5, 4, 3, 2, 1]);
    expect(next.generations_cursor).toBeNull();
    expect((await get(`/api/assets/${id}?generations_cursor=x`)).status).toBe(400);
  });

  it('is 404 for everybody else', async () => {
    const [one, other] = [await owner(), await owner()];
    const id = await one.prepare();
    for (const target of [`/api/assets/${id}`, '/api/assets/nonsense', `/api/assets/${'0'.repeat(32)}`]) {
      const answer = await other.get(target);
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
    expect((await gateway.call(`/api/assets/${id}`)).status).toBe(401);
  });
});

describe('GET /api/projects/:id/assets', () => {
  it('lists newest first in pages, by status', async () => {
    const { prepare, get, projectId } = await owner();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await prepare({ idem: `n${n}` }));
    await pipeline.make(ids[1] ?? '', 1, bytesOf('list'));
    for (const id of ids) await get(`/api/assets/${id}`);
    const newest = [...ids].reverse();
    const page = (await get(`/api/projects/${projectId}/assets?limit=3`)).json;
    expect(page.items.map(({ id }: { id: string }) => id)).toEqual(newest.slice(0, 3));
    const rest = (await get(`/api/projects/${projectId}/assets?limit=3&cursor=${page.next_cursor}`)).json;
    expect(rest.items.map(({ id }: { id: string }) => id)).toEqual(newest.slice(3));
    expect(rest.next_cursor).toBeNull();
    const ready = (await get(`/api/projects/${projectId}/assets?status=ready`)).json;
    expect(ready.items).toMatchObject([{ id: ids[1], status: 'ready', ready_at: expect.any(Number) }]);
    expect((await get(`/api/projects/${projectId}/assets?limit=0`)).status).toBe(400);
  });
});

describe('the bytes of a generation', () => {
  it('are the owner’s, immutable, with ranges, until collected', async () => {
    const { prepare, get, cookie, regenerate } = await owner();
    const id = await prepare();
    const [one, two] = [bytesOf(`${id}1`), bytesOf(`${id}2`)];
    await pipeline.make(id, 1, one);
    await regenerate(id);
    await pipeline.make(id, 2, two);
    for (const [n, video] of [
      [1, one],
      [2, two],
    ] as const) {
      const answer = await fetch(`${gateway.url}/api/assets/${id}/generations/${n}/video`, {
        headers: { cookie, range: 'bytes=5-9' },
      });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([
        206,
        'private, max-age=31536000, immutable',
      ]);
      expect(Buffer.from(await answer.arrayBuffer()).equals(video.subarray(5, 10))).toBe(true);
    }
    expect((await get(`/api/assets/${id}/generations/1/poster`)).headers.get('content-type')).toBe(
      'image/jpeg',
    );
    expect((await get(`/api/assets/${id}/generations/9/video`)).status).toBe(404);
    expect((await gateway.call(`/api/assets/${id}/generations/1/video`)).status).toBe(401);
  });

  it('are 410, video and poster, once they are told to be collected, though this gateway still has them', async () => {
    const { prepare, get, regenerate } = await owner();
    const id = await prepare();
    await pipeline.make(id, 1, bytesOf(`${id}1`));
    await regenerate(id);
    await pipeline.make(id, 2, bytesOf(`${id}2`));
    const statuses = (n: number) =>
      Promise.all(
        ['video', 'poster'].map(
          async (what) => (await get(`/api/assets/${id}/generations/${n}/${what}`)).status,
        ),
      );
    expect(await statuses(1)).toEqual([200, 200]);
    await pipeline.collect(id, 1);
    expect([await statuses(1), await statuses(2)]).toEqual([
      [410, 410],
      [200, 200],
    ]);
  });

  it('are 404 for everybody else, collected or not', async () => {
    const [one, other] = [await owner(), await owner()];
    const id = await one.prepare();
    await pipeline.make(id, 1, bytesOf(`${id}other`));
    for (const what of ['video', 'poster']) {
      const answer = await other.get(`/api/assets/${id}/generations/1/${what}`);
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
    await pipeline.collect(id, 1);
    expect((await other.get(`/api/assets/${id}/generations/1/video`)).status).toBe(404);
  });

  it('are 410 once their object is gone', async () => {
    const { prepare, get } = await owner();
    const id = await prepare();
    const video = bytesOf(`${id}gone`);
    await pipeline.make(id, 1, video);
    const sha256 = createHash('sha256').update(video).digest('hex');
    await gateway.service.app.get<ObjectStore>(OBJECTS).delete(videoKey(id, 1, sha256));
    const answer = await get(`/api/assets/${id}/generations/1/video`);
    expect([answer.status, answer.json]).toEqual([410, { error: 'generation collected' }]);
  });
});
