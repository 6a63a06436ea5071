import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AssetPurged } from '@zoetrope/contracts/facts/collection';
import { OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { Follow } from '@zoetrope/eventlog/event-log';
import { until } from '@zoetrope/eventlog/testing/until';
import type { RunningService } from '@zoetrope/platform/service';
import { CurrentVideos } from '../serving/current-videos.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';
import { openShop } from '../testing/shop.js';

// Real: two gateways, broker, PostgreSQL, objects. By hand: what generator and notifier would append.
let gateway: GatewayUnderTest;
let other: RunningService;
let pipeline: Pipeline;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  other = await gateway.copy();
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline?.stop();
  await other?.stop();
  await gateway?.stop();
});

const ready = async () => {
  const shop = await openShop(gateway);
  const { json } = await shop.get();
  const id = json.asset_id as string;
  await pipeline.make(id, 1, bytesOf(id));
  const elsewhere = () => fetch(`http://127.0.0.1:${other.port}${shop.url()}`);
  const remove = (target = id, cookie = shop.cookie) =>
    gateway.call(`/api/assets/${target}`, { method: 'DELETE', cookie });
  const types = async () =>
    (await gateway.service.log.readCurrent(assetSubject(id, 'request'))).map(({ type }) => type);
  return { ...shop, id, elsewhere, remove, types };
};

describe('DELETE /api/assets/:id', () => {
  it('is 204, and from that moment every gateway answers 410, also one that had it in memory', async () => {
    const { get, elsewhere, remove } = await ready();
    const remembered = async () => (await elsewhere()).headers.get('cache-status') === 'Zoetrope; hit';
    await until('the other copy answers from memory', remembered);
    const deleted = await remove();
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const there = await elsewhere();
    expect([there.status, await there.text(), there.headers.get('cache-control')]).toEqual([
      410,
      '{"error":"asset deleted"}',
      'no-store',
    ]);
    const here = await get();
    expect([here.status, here.headers.get('x-error-code')]).toEqual([410, 'asset_deleted']);
    expect((await get('', {}, 'HEAD')).status).toBe(410);
  });

  it('reaches a gateway that is behind with the log: the fence does not wait for it to catch up', async () => {
    const behind = await gateway.copy();
    try {
      const { url, remove } = await ready();
      const there = () => fetch(`http://127.0.0.1:${behind.port}${url()}`);
      const remembered = async () => (await there()).headers.get('cache-status') === 'Zoetrope; hit';
      await until('it answers from memory', remembered);
      await (behind.app.get(CurrentVideos) as unknown as { follow: Follow }).follow.stop();
      await remove();
      expect((await there()).status).toBe(410);
    } finally {
      await behind.stop();
    }
  });

  it('leaves the poster and the events gone too, and its owner nothing to read or change', async () => {
    const { id, key, url, cookie, projectId, remove } = await ready();
    await remove();
    expect((await gateway.call(url('', 'jpg'))).status).toBe(410);
    expect((await gateway.call(`/v1/${key}/events/${id}`)).status).toBe(410);
    const own: [string, string?][] = [
      [`/api/assets/${id}`],
      [`/api/assets/${id}/events`],
      [`/api/assets/${id}/generations/1/video`],
      [`/api/assets/${id}/regenerate`, 'POST'],
      [`/api/assets/${id}/cancel`, 'POST'],
    ];
    for (const [target, method = 'GET'] of own) {
      const answer = await gateway.call(target, { cookie, method });
      expect([target, answer.status, answer.text]).toEqual([target, 404, '{"error":"not found"}']);
    }
    const listed = () => gateway.call(`/api/projects/${projectId}/assets`, { cookie });
    await until('its row is dropped', async () => (await listed()).json.items.length === 0);
  });

  it('twice is 204 again, and one fact', async () => {
    const { remove, types } = await ready();
    const answers = await Promise.all([remove(), remove(), remove()]);
    expect([...answers, await remove()].map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(await types()).toEqual(['AssetPrepared', 'AssetDeleted']);
  });

  it('is 404 for somebody else’s, deleted or not, as for one that never was, and 401 for nobody', async () => {
    const { id, remove, types } = await ready();
    const { cookie } = await gateway.person();
    const strange = async () => [
      await remove(id, cookie),
      await remove('0'.repeat(32), cookie),
      await remove('nonsense', cookie),
    ];
    const before = await strange();
    await remove();
    for (const answer of [...before, ...(await strange())]) {
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
    expect((await remove(id, '')).status).toBe(401);
    expect(await types()).toEqual(['AssetPrepared', 'AssetDeleted']);
  });

  it('is for ever: preparing the same is 410, and another idem is another asset', async () => {
    const { cookie, projectId, remove, types } = await ready();
    const prepare = (idem?: string) => {
      const body = { project_id: projectId, src: 'https://ex.com/a.png', ...(idem && { idem }) };
      return gateway.call('/api/v1/prepare', { cookie, body });
    };
    await remove();
    expect([(await prepare()).status, (await prepare('again')).status]).toEqual([410, 200]);
    expect(await types()).toEqual(['AssetPrepared', 'AssetDeleted']);
  });

  it('stays so when nothing else is left of it in the log', async () => {
    const { id, get, cookie, projectId, key, remove } = await ready();
    await remove();
    const deleted = await gateway.service.log.last(assetSubject(id, 'request'));
    const { log } = pipeline;
    for (const part of ['generation', 'video', 'delivery'] as const) await log.purge(assetSubject(id, part));
    await log.purge(assetSubject(id, 'request'), { keep: 1 });
    const who = { projectId: ProjectId.parse(projectId), ownerId: OwnerId.parse('somebody') };
    const purged = AssetPurged({ assetId: id as never, ...who, latest: null, objects: 2 });
    await pipeline.tell(id, 'generation', purged);
    expect((await get()).status).toBe(410);
    expect((await fetch(`http://127.0.0.1:${other.port}/v1/${key}/events/${id}`)).status).toBe(410);
    expect((await remove()).status).toBe(204);
    expect((await gateway.call(`/api/assets/${id}`, { cookie })).status).toBe(404);
    const body = { project_id: projectId, src: 'https://ex.com/a.png' };
    expect((await gateway.call('/api/v1/prepare', { cookie, body })).status).toBe(410);
    expect((await gateway.service.log.last(assetSubject(id, 'request')))?.meta.id).toBe(deleted?.meta.id);
  });

  it('reaches one that is being made, and quota is told nothing twice', async () => {
    const { get, projectId, cookie, types, id } = await ready();
    const again = await gateway.call(`/api/assets/${id}/regenerate`, { cookie, method: 'POST' });
    expect(again.json.generation).toBe(2);
    await gateway.call(`/api/assets/${id}`, { method: 'DELETE', cookie });
    expect((await get()).status).toBe(410);
    expect(await types()).toEqual(['AssetPrepared', 'AssetRegenerateRequested', 'AssetDeleted']);
    expect((await gateway.call(`/api/projects/${projectId}`, { cookie })).status).toBe(200);
  });
});
