import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProjectDue } from '@zoetrope/contracts/messages';
import { assetSubject, projectAlarm, projectSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { DataSource } from 'typeorm';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';
import { openShop } from '../testing/shop.js';

// Real: the gateway, broker, PostgreSQL, objects. By hand: what generator and notifier would append.
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({ DELETION_GRACE_SECONDS: '1' });
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline?.stop();
  await gateway?.stop();
});

const typesOf = async (subject: string) =>
  (await gateway.service.log.readCurrent(subject)).map(({ type }) => type);

const project = async () => {
  const shop = await openShop(gateway);
  const prepare = async (idem: string): Promise<string> => {
    const body = { project_id: shop.projectId, src: 'https://ex.com/a.png', idem };
    return (await gateway.call('/api/v1/prepare', { cookie: shop.cookie, body })).json.asset_id;
  };
  const remove = (cookie = shop.cookie) =>
    gateway.call(`/api/projects/${shop.projectId}`, { method: 'DELETE', cookie });
  const isDeleted = async (id: string) =>
    (await typesOf(assetSubject(id, 'request'))).at(-1) === 'AssetDeleted';
  /** The alarm of a deleted project goes off now. */
  const ring = () => {
    const due = { projectId: shop.projectId, seq: 1 } as ProjectDue;
    return gateway.service.log.alarms.ring('gateway', projectAlarm(shop.projectId), due);
  };
  return { ...shop, prepare, remove, isDeleted, ring };
};

describe('DELETE /api/projects/:id', () => {
  it('is 204, its keys are unknown, it is listed no more, and each of its assets is deleted', async () => {
    const { cookie, projectId, url, prepare, remove, isDeleted } = await project();
    const ids = [await prepare('a'), await prepare('b'), await prepare('c')];
    await pipeline.make(ids[0] ?? '', 1, bytesOf('a'));
    expect((await gateway.call(url('?idem=a'))).status).toBe(200);
    const deleted = await remove();
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const served = await gateway.call(url('?idem=a'));
    expect([served.status, served.text]).toEqual([403, '{"error":"unknown project key"}']);
    expect((await gateway.call('/api/projects', { cookie })).json.items).toEqual([]);
    expect((await gateway.call(`/api/projects/${projectId}`, { cookie })).status).toBe(404);
    expect((await gateway.call(`/api/projects/${projectId}/assets`, { cookie })).status).toBe(404);
    for (const id of ids) {
      await until(`${id} is deleted`, () => isDeleted(id));
      expect((await gateway.call(`/api/assets/${id}`, { cookie })).status).toBe(404);
    }
  });

  it('leaves other projects of its owner alone', async () => {
    const { cookie, remove, prepare, isDeleted } = await project();
    const kept = await gateway.project(cookie);
    const body = { project_id: kept, src: 'https://ex.com/a.png' };
    const other = (await gateway.call('/api/v1/prepare', { cookie, body })).json.asset_id;
    const id = await prepare('a');
    await remove();
    await until('its asset is deleted', () => isDeleted(id));
    expect([await isDeleted(other), (await gateway.call(`/api/assets/${other}`, { cookie })).status]).toEqual(
      [false, 200],
    );
  });

  it('twice is 204 again, somebody else’s is 404, nobody’s is 401', async () => {
    const { projectId, remove } = await project();
    const { cookie } = await gateway.person();
    expect((await remove(cookie)).text).toBe('{"error":"not found"}');
    expect((await remove('')).status).toBe(401);
    const answers = await Promise.all([remove(), remove()]);
    expect([...answers, await remove()].map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await remove(cookie)).text).toBe('{"error":"not found"}');
    const types = await typesOf(projectSubject(projectId));
    expect(types.filter((type) => type === 'ProjectDeleted')).toHaveLength(1);
  });

  it('deletes an asset too that was let in by a copy that had not heard, and then leaves only the deletion', async () => {
    const { projectId, cookie, remove, prepare, isDeleted, ring } = await project();
    const id = await prepare('a');
    const [asked] = await gateway.service.log.readCurrent(assetSubject(id, 'request'));
    await remove();
    await until('its asset is deleted', () => isDeleted(id));
    const late = 'f'.repeat(32);
    const data = { ...(asked?.data as object), assetId: late };
    const fact = { type: asked?.type ?? '', version: 1, data };
    await gateway.service.log.append(assetSubject(late, 'request'), fact, { cause: { id: 'late' } });
    await ring();
    await until('the late one is deleted', () => isDeleted(late));
    await until('its facts are purged', async () => {
      await ring();
      return (await typesOf(projectSubject(projectId))).join() === 'ProjectDeleted,ProjectPurged';
    });
    expect((await remove()).status).toBe(204);
    expect((await gateway.call(`/api/projects/${projectId}`, { cookie })).status).toBe(404);
  });

  it('forgets its secrets', async () => {
    const { cookie, projectId, remove } = await project();
    const body = { webhook_url: 'https://example.com/hook' };
    await gateway.call(`/api/projects/${projectId}/webhooks`, { method: 'PUT', cookie, body });
    const kept = async (): Promise<unknown[]> =>
      gateway.service.app
        .get(DataSource)
        .query('SELECT 1 FROM secrets.webhook_secret WHERE project_id = $1', [projectId]);
    expect(await kept()).toHaveLength(1);
    await remove();
    await until('the secret is gone', async () => (await kept()).length === 0);
  });
});
