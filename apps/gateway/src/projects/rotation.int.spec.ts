import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@zoetrope/eventlog/testing/until';
import { DataSource } from 'typeorm';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { openShop } from '../testing/shop.js';
import { inSeconds, signedUrl } from '../testing/signed.js';

/** Real: the gateway (also a second copy of it), NATS, PostgreSQL. */
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

const rotate = (id: string, query: string, cookie: string) =>
  gateway.call(`/api/projects/${id}/keys/rotate${query}`, { method: 'POST', cookie });

describe('rotating a proxy key', () => {
  it('leaves every embed working under the key it has, as the same asset, and shows the new one', async () => {
    const { projectId, cookie, key, get } = await openShop(gateway);
    const asset = (await get()).json.asset_id;
    const [first, second] = [
      await rotate(projectId, '?which=proxy', cookie),
      await rotate(projectId, '?which=proxy', cookie),
    ];
    expect([first.status, first.text]).toEqual([200, expect.stringMatching(/^\{"proxy_key":"pk_\w{24}"\}$/)]);
    for (const each of [key, first.json.proxy_key, second.json.proxy_key]) {
      const answer = await gateway.call(`/v1/${each}/ex.com/a.png.mp4`);
      expect([answer.status, answer.json.asset_id]).toEqual([202, asset]);
    }
    const shown = (await gateway.call(`/api/projects/${projectId}`, { cookie })).json;
    expect(shown.proxy_key).toBe(second.json.proxy_key);
    const { asset: view } = (await gateway.call(`/api/assets/${asset}`, { cookie })).json;
    expect(view.mp4_url).toContain(second.json.proxy_key);
  });

  it('with revoke=now ends every older one, at each gateway, also after a restart', async () => {
    const { projectId, cookie, key } = await openShop(gateway);
    const second = (await rotate(projectId, '?which=proxy', cookie)).json.proxy_key;
    const other = await gateway.copy();
    try {
      const third = (await rotate(projectId, '?which=proxy&revoke=now', cookie)).json.proxy_key;
      const statusAt = async (port: number, under: string) =>
        (await fetch(`http://127.0.0.1:${port}/v1/${under}/ex.com/a.png.mp4`)).status;
      await until('the other gateway has heard', async () => (await statusAt(other.port, third)) === 202);
      const late = await gateway.copy();
      for (const { port } of [gateway.service, other, late])
        expect([
          await statusAt(port, key),
          await statusAt(port, second),
          await statusAt(port, third),
        ]).toEqual([403, 403, 202]);
      await late.stop();
    } finally {
      await other.stop();
    }
  });

  it('refuses other words, strangers, and an eleventh key that would still work', async () => {
    const { projectId, cookie } = await openShop(gateway);
    for (const query of ['', '?which=both', '?which=proxy&revoke=later'])
      expect((await rotate(projectId, query, cookie)).status).toBe(400);
    const stranger = await gateway.person();
    for (const which of ['proxy', 'signing'])
      expect((await rotate(projectId, `?which=${which}`, stranger.cookie)).text).toBe(
        '{"error":"not found"}',
      );
    for (let n = 0; n < 10; n++) expect((await rotate(projectId, '?which=proxy', cookie)).status).toBe(200);
    const eleventh = await rotate(projectId, '?which=proxy', cookie);
    expect([eleventh.status, Object.keys(eleventh.json.details.fieldErrors)]).toEqual([400, ['revoke']]);
    expect((await rotate(projectId, '?which=proxy&revoke=now', cookie)).status).toBe(200);
  });
});

describe('the key of the environment', () => {
  it('can be changed: with the old one as previous all secrets open, and are sealed anew', async () => {
    const { projectId, cookie, key } = await openShop(gateway);
    const secret = (await rotate(projectId, '?which=signing', cookie)).json.signing_secret;
    const config = { method: 'PUT', cookie };
    await gateway.call(`/api/projects/${projectId}/proxy-config`, {
      ...config,
      body: { enable_signing: true },
    });
    await gateway.call(`/api/projects/${projectId}/webhooks`, {
      ...config,
      body: { webhook_url: 'https://h.example/' },
    });
    const [next, last] = [
      'the next key of this installation, a long one',
      'a key that nobody has ever heard of, ever',
    ];
    const target = signedUrl(secret, { key, src: 'https://a.example/a.png', exp: inSeconds(600) });
    const opens = async (env: Parameters<typeof gateway.copy>[0]) => {
      const copy = await gateway.copy(env);
      const { status } = await fetch(`http://127.0.0.1:${copy.port}${target}`);
      await copy.stop();
      return status;
    };
    const database = gateway.service.app.get(DataSource);
    const sealed = () =>
      database.query(
        'SELECT secret_encrypted FROM secrets.signing_secret UNION SELECT secret_encrypted FROM secrets.webhook_secret',
      );
    const before = await sealed();
    await expect(opens({ ZOETROPE_SECRET_KEY: next })).rejects.toThrow('ZOETROPE_SECRET_KEY_PREVIOUS');
    expect(await sealed()).toEqual(before);
    const old = 'a secret key of the tests, long enough';
    expect(await opens({ ZOETROPE_SECRET_KEY: next, ZOETROPE_SECRET_KEY_PREVIOUS: old })).toBe(202);
    expect(await opens({ ZOETROPE_SECRET_KEY: next })).toBe(202);
    await expect(opens({ ZOETROPE_SECRET_KEY: last })).rejects.toThrow('opens none of the');
  });
});
