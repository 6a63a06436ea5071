import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectSubject } from '@zoetrope/contracts/subjects';
import { sealingKey, unseal, webhookSecretContext } from '@zoetrope/platform/sealing';
import { DataSource } from 'typeorm';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
let cookie: string;
let id: string;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({ RATE_OTHER: '100000' });
  ({ cookie } = await gateway.person('pro'));
  id = await gateway.project(cookie);
});
afterAll(() => gateway.stop());

const put = (path: string, body: unknown) =>
  gateway.call(`/api/projects/${id}/${path}`, { method: 'PUT', cookie, body });

describe('projects', () => {
  it('are created with 201 and shown whole at once', async () => {
    const created = await gateway.call('/api/projects', { cookie, body: { name: '  Shop  ' } });
    expect(created.status).toBe(201);
    expect(created.json).toEqual({
      id: expect.stringMatching(/^prj_/),
      name: 'Shop',
      proxy_key: expect.stringMatching(/^pk_/),
      defaults: { motion: 'medium', mode: 'loop', dur_seconds: 4 },
      allowed_origins: [],
      signing_enabled: false,
      auto_generate: true,
      new_assets_per_minute: 20,
      overage_enabled: false,
      overage_cap: null,
      brand: null,
      webhook_url: null,
      webhook_events: ['asset.completed', 'asset.failed'],
      webhooks_enabled: false,
      created_at: expect.any(Number),
    });
    expect((await gateway.call(`/api/projects/${created.json.id}`, { cookie })).json).toEqual(created.json);
    const list = await gateway.call('/api/projects', { cookie });
    expect(list.json.items[0]).toEqual(created.json);
    expect(list.json.next_cursor).toBeNull();
  });

  it('are listed newest first, in pages that lose and repeat nothing', async () => {
    const owner = await gateway.person();
    const names = Array.from({ length: 5 }, (_, n) => `P${n}`);
    for (const name of names) await gateway.call('/api/projects', { cookie: owner.cookie, body: { name } });
    const page = async (query: string) =>
      (await gateway.call(`/api/projects?${query}`, { cookie: owner.cookie })).json;
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, next_cursor } = await page(`limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...items.map(({ name }: { name: string }) => name));
      cursor = next_cursor;
    }
    expect(seen).toEqual(names.toReversed());
    for (const query of ['cursor=x', 'limit=0', 'limit=101'])
      expect((await gateway.call(`/api/projects?${query}`, { cookie: owner.cookie })).status).toBe(400);
  });

  it('belong to one owner: for everybody else they do not exist', async () => {
    const other = await gateway.person();
    const missing = '{"error":"not found"}';
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'Mine' }],
      ['PUT', '/billing', { overage_enabled: true }],
      ['GET', '/webhooks', undefined],
      ['PUT', '/webhooks', { webhook_url: 'https://hooks.example/' }],
    ] as const) {
      const answer = await gateway.call(`/api/projects/${id}${path}`, { method, cookie: other.cookie, body });
      expect([answer.status, answer.text]).toEqual([404, missing]);
    }
    expect((await gateway.call('/api/projects', { cookie: other.cookie })).json.items).toEqual([]);
  });

  it('change by what is sent, and keep the rest', async () => {
    await put('proxy-config', { allowed_origins: ['https://a.example'], default_dur_seconds: 6 });
    await put('proxy-config', { default_motion: 'kinetic', auto_generate: false, enable_signing: false });
    await put('billing', { overage_enabled: true, overage_cap: 7 });
    await put('billing', { overage_enabled: true });
    await put('brand', { brandName: 'Acme', colors: { primary: '#f00' } });
    const renamed = await gateway.call(`/api/projects/${id}`, {
      method: 'PATCH',
      cookie,
      body: { name: 'New' },
    });
    expect(renamed.json).toMatchObject({
      name: 'New',
      allowed_origins: ['https://a.example'],
      defaults: { motion: 'kinetic', mode: 'loop', dur_seconds: 6 },
      auto_generate: false,
      signing_enabled: false,
      overage_enabled: true,
      overage_cap: 7,
      brand: { brandName: 'Acme', colors: { primary: '#f00' } },
    });
  });

  it('keep one spelling of an allowed origin, once', async () => {
    const { json } = await put('proxy-config', {
      allowed_origins: [
        'HTTPS://CDN.Example.COM:443/',
        'https://cdn.example.com',
        ' images.example.com. ',
        'Bücher.example',
        'http://localhost:8080',
        'http://127.1',
        '[::1]:9000',
      ],
    });
    expect(json.allowed_origins).toEqual([
      'https://cdn.example.com',
      'images.example.com',
      'xn--bcher-kva.example',
      'http://localhost:8080',
      'http://127.0.0.1',
      '[::1]:9000',
    ]);
    const bad = [
      'com',
      'https://a.example/path',
      'https://u@a.example',
      '*.a.example',
      'a b.example',
      'ftp://a.example',
      '',
    ];
    for (const origin of bad) {
      const answer = await put('proxy-config', { allowed_origins: [origin] });
      expect([origin, answer.status, Object.keys(answer.json.details?.fieldErrors ?? {})]).toEqual([
        origin,
        400,
        ['allowed_origins'],
      ]);
    }
  });

  it('refuse what cannot be', async () => {
    const many = Array.from({ length: 51 }, (_, n) => `https://h${n}.example`);
    expect((await put('proxy-config', { allowed_origins: many })).status).toBe(400);
    expect((await put('proxy-config', { default_dur_seconds: 9 })).status).toBe(400);
    expect(
      (await put('brand', { brandName: 'Acme', colors: { main: '#f00' } })).json.details.fieldErrors,
    ).toEqual({
      colors: ['main: unknown field'],
    });
  });

  it('refuse text that cannot be kept, wherever it stands', async () => {
    const nul = 'a\u0000b';
    for (const [path, body, field] of [
      ['brand', { brandName: nul }, 'brandName'],
      ['brand', { brandName: 'A', design: { [nul]: 'x' } }, 'design'],
      ['brand', { brandName: 'A', logoUrl: 'javascript:x' }, 'logoUrl'],
      ['webhooks', { webhook_url: 'https://hooks.example/\ud800' }, 'webhook_url'],
      ['webhooks', { webhook_url: '' }, 'webhook_url'],
      ['proxy-config', { allowed_origins: ['com'] }, 'allowed_origins'],
    ] as const) {
      const { status, json } = await put(path, body);
      expect([status, Object.keys(json.details.fieldErrors), json.details.formErrors]).toEqual([
        400,
        [field],
        [],
      ]);
    }
    const created = await gateway.call('/api/projects', { cookie, body: { name: nul } });
    expect([created.status, created.json.details.fieldErrors]).toEqual([
      400,
      { name: ['contains a NUL character'] },
    ]);
  });

  it('lose no change to another one made at the same time', async () => {
    const before = (await gateway.service.log.readCurrent(projectSubject(id))).length;
    const names = Array.from({ length: 8 }, (_, n) => `Name ${n}`);
    const answers = await Promise.all(
      names.map((name) => gateway.call(`/api/projects/${id}`, { method: 'PATCH', cookie, body: { name } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await gateway.service.log.readCurrent(projectSubject(id))).toHaveLength(before + 8);
  });
});

describe('webhook settings', () => {
  it('show the secret once, then its end only; the log has none of it', async () => {
    const first = await put('webhooks', {
      webhook_url: 'https://hooks.example/zoetrope',
      webhooks_enabled: true,
    });
    expect(first.status).toBe(200);
    const secret: string = first.json.webhook_secret;
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length).toBeGreaterThanOrEqual(24);
    const second = await put('webhooks', { webhook_events: ['asset.failed'] });
    expect(second.json).toEqual({
      webhook_url: 'https://hooks.example/zoetrope',
      webhook_events: ['asset.failed'],
      webhooks_enabled: true,
      webhooks_disabled: null,
      webhooks_failing: null,
      webhook_secret_preview: `whsec_…${secret.slice(-4)}`,
    });
    expect((await gateway.call(`/api/projects/${id}/webhooks`, { cookie })).json).toEqual(second.json);
    const facts = await gateway.service.log.readCurrent(projectSubject(id));
    expect(JSON.stringify(facts)).not.toContain(secret.slice(6));
    const [row] = await gateway.service.app
      .get(DataSource)
      .query('SELECT secret_encrypted FROM secrets.webhook_secret WHERE project_id = $1', [id]);
    const key = sealingKey('a secret key of the tests, long enough');
    expect(unseal(key, row.secret_encrypted, webhookSecretContext(id))).toBe(secret);
  });

  it('refuse addresses that this installation does not contact, and enabling nothing', async () => {
    for (const url of [
      'http://127.0.0.1:9/',
      'http://169.254.169.254/latest',
      'ftp://hooks.example/',
      'hooks',
    ]) {
      const answer = await put('webhooks', { webhook_url: url });
      expect([answer.status, Object.keys(answer.json.details.fieldErrors)]).toEqual([400, ['webhook_url']]);
    }
    const bare = await gateway.project(cookie);
    const body = { webhooks_enabled: true };
    const answer = await gateway.call(`/api/projects/${bare}/webhooks`, { method: 'PUT', cookie, body });
    expect([answer.status, Object.keys(answer.json.details.fieldErrors)]).toEqual([
      400,
      ['webhooks_enabled'],
    ]);
  });
});
