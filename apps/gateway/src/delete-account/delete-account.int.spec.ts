import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accountSubject, assetSubject, projectSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { DataSource } from 'typeorm';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { openShop } from '../testing/shop.js';

// Real: the gateway, broker, PostgreSQL, objects. Nobody decides or generates.
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway?.stop());

const typesOf = async (subject: string) =>
  (await gateway.service.log.readCurrent(subject)).map(({ type }) => type);
const secrets = (text: string, values: unknown[]): Promise<Record<string, unknown>[]> =>
  gateway.service.app.get(DataSource).query(text, values);
const me = (cookie: string) => gateway.call('/api/user/me', { cookie });

async function person() {
  const shop = await openShop(gateway);
  const { cookie } = shop;
  const { id, email } = (await me(cookie)).json;
  const remove = (confirm: string = email) =>
    gateway.call('/api/user/me', { method: 'DELETE', cookie, body: { confirm } });
  return { ...shop, id: String(id), email: String(email), remove };
}

describe('DELETE /api/user/me', () => {
  it('is 204: the person is gone, each project and asset is deleted, ids and plans stay', async () => {
    const { cookie, id, email, projectId, remove } = await person();
    const second = await gateway.project(cookie);
    const body = { project_id: second, src: 'https://ex.com/a.png' };
    const asset = (await gateway.call('/api/v1/prepare', { cookie, body })).json.asset_id;
    const token = (await gateway.call('/api/user/tokens', { cookie, body: { name: 'ci', scope: 'write' } }))
      .json.token;
    const removed = await remove();
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect(removed.headers.get('set-cookie')).toMatch(/better-auth\.session_token=;/);
    expect((await me(cookie)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await gateway.call('/api/projects', { headers })).status).toBe(401);
    for (const project of [projectId, second])
      expect((await typesOf(projectSubject(project))).at(-1)).toBe('ProjectDeleted');
    await until(
      'its asset is deleted',
      async () => (await typesOf(assetSubject(asset, 'request'))).at(-1) === 'AssetDeleted',
    );
    for (const [table, column] of [
      ['user', 'id'],
      ['session', 'userId'],
      ['account', 'userId'],
      ['api_token', 'user_id'],
    ])
      expect([table, await secrets(`SELECT 1 FROM secrets."${table}" WHERE "${column}" = $1`, [id])]).toEqual(
        [table, []],
      );
    expect(JSON.stringify(await gateway.service.log.readCurrent(accountSubject(id)))).not.toContain(email);
  });

  it('without the right address is 400 and changes nothing', async () => {
    const { cookie, projectId, remove } = await person();
    const answer = await remove('somebody@example.com');
    expect([answer.status, answer.json.error, Object.keys(answer.json.details.fieldErrors)]).toEqual([
      400,
      'Validation failed',
      ['confirm'],
    ]);
    expect((await gateway.call('/api/user/me', { method: 'DELETE', cookie, body: {} })).status).toBe(400);
    expect([
      (await me(cookie)).status,
      (await gateway.call(`/api/projects/${projectId}`, { cookie })).status,
    ]).toEqual([200, 200]);
  });

  it('is for people: an API token is refused, nobody is 401', async () => {
    const { cookie, email } = await person();
    const made = await gateway.call('/api/user/tokens', { cookie, body: { name: 'ci', scope: 'write' } });
    const headers = { authorization: `Bearer ${made.json.token}` };
    const body = { confirm: email };
    expect((await gateway.call('/api/user/me', { method: 'DELETE', headers, body })).status).toBe(403);
    expect((await gateway.call('/api/user/me', { method: 'DELETE', body })).status).toBe(401);
    expect((await me(cookie)).status).toBe(200);
  });

  it('leaves the address free for a new account with nothing of the old one', async () => {
    const { email, remove } = await person();
    await remove();
    const signUp = { email, password: 'correct horse battery', name: 'Ada' };
    const again = await gateway.call('/api/user/signup', { body: signUp });
    expect(again.status).toBe(201);
    const cookie = (again.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect((await gateway.call('/api/projects', { cookie })).json.items).toEqual([]);
  });
});
