import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@zoetrope/platform/service';
import { Pool } from 'pg';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: two gateways on one PostgreSQL, over HTTP. */
let gateway: GatewayUnderTest;
let second: RunningService;
let people: Pool;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  second = await gateway.copy();
  people = new Pool({ connectionString: gateway.postgres.url, options: '-c search_path=secrets' });
});
afterAll(async () => {
  await people?.end();
  await second?.stop();
  await gateway.stop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const create = (cookie: string, body: object) => gateway.call('/api/user/tokens', { cookie, body });
const token = async (cookie: string, scope: 'read' | 'write') =>
  (await create(cookie, { name: `a ${scope} one`, scope })).json as { token: string; id: string };
const list = async (cookie: string) => (await gateway.call('/api/user/tokens', { cookie })).json.items;

async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    await delay(20);
  }
}

describe('an API token', () => {
  it('is shown once, listed without itself, and kept as a hash only', async () => {
    const { cookie } = await gateway.person();
    const made = await create(cookie, { name: ' deploy ', scope: 'write' });
    expect([made.status, Object.keys(made.json).sort()]).toEqual([201, ['id', 'token']]);
    expect(made.json.token).toMatch(/^zt_[0-9A-Za-z]{40}$/);
    expect((await gateway.call('/api/user/tokens', { cookie })).json).toEqual({
      items: [
        {
          id: made.json.id,
          name: 'deploy',
          scope: 'write',
          last_used_at: null,
          created_at: expect.any(Number),
        },
      ],
      next_cursor: null,
    });
    const [{ created_at }] = await list(cookie);
    expect(Math.abs(Date.now() - created_at)).toBeLessThan(60_000);
    const { rows } = await people.query('SELECT * FROM api_token WHERE id = $1', [made.json.id]);
    expect(JSON.stringify(rows)).not.toContain(made.json.token.slice(3));
    expect(rows[0].hash).toHaveLength(32);
  });

  it('acts for its user: reads and writes what is theirs, and nothing of anybody else', async () => {
    const { cookie, id } = await gateway.person();
    const write = await token(cookie, 'write');
    const project = await gateway.call('/api/projects', {
      body: { name: 'by token' },
      headers: bearer(write.token),
    });
    expect(project.status).toBe(201);
    const path = `/api/projects/${project.json.id}`;
    expect((await gateway.call(path, { cookie })).json.name).toBe('by token');
    const stranger = await token((await gateway.person()).cookie, 'write');
    const missing = await gateway.call(path, { headers: bearer(stranger.token) });
    expect([missing.status, missing.text]).toEqual([404, '{"error":"not found"}']);
    const me = await gateway.call('/api/user/me', { headers: bearer(write.token), port: second.port });
    expect(me.json.id).toBe(id);
    expect(me.headers.get('ratelimit-limit')).toBe('300');
    expect(me.headers.get('set-cookie')).toBeNull();
  });

  it('of scope read, which is the default, reads only', async () => {
    const { cookie } = await gateway.person();
    const { json } = await create(cookie, { name: 'reader' });
    const headers = bearer(json.token);
    for (const [path, method] of [
      ['/api/projects', 'GET'],
      ['/api/user/me', 'GET'],
      ['/api/projects', 'HEAD'],
    ] as const)
      expect((await gateway.call(path, { method, headers })).status).toBe(200);
    for (const [path, method] of [
      ['/api/projects', 'POST'],
      ['/api/projects/prj_x', 'PATCH'],
      ['/api/projects/prj_x', 'DELETE'],
      ['/api/v1/prepare', 'POST'],
      [`/api/assets/${'a'.repeat(32)}/regenerate`, 'POST'],
      ['/api/v1/upload', 'POST'],
    ] as const) {
      const refused = await gateway.call(path, { method, headers });
      expect([path, refused.status, refused.text]).toEqual([path, 403, '{"error":"token is read-only"}']);
      expect(refused.headers.get('x-error-code')).toBe('read_only_token');
      expect(refused.headers.get('www-authenticate')).toContain('insufficient_scope');
    }
    expect((await gateway.call('/api/projects', { cookie })).json.items).toEqual([]);
  });

  it('manages neither tokens nor passwords, whatever its scope', async () => {
    const { cookie } = await gateway.person();
    const { token: write, id } = await token(cookie, 'write');
    const change = { current_password: 'correct horse', new_password: 'battery staple' };
    for (const [path, method, body] of [
      ['/api/user/tokens', 'GET', undefined],
      ['/api/user/tokens', 'POST', { name: 'another' }],
      [`/api/user/tokens/${id}`, 'DELETE', undefined],
      ['/api/user/password', 'POST', change],
    ] as const) {
      const refused = await gateway.call(path, { method, body, headers: bearer(write) });
      expect([refused.status, refused.text]).toEqual([403, '{"error":"not allowed with a token: sign in"}']);
    }
    expect(await list(cookie)).toHaveLength(1);
  });

  it('that was revoked is 401 at every gateway from then on; only its owner can', async () => {
    const { cookie } = await gateway.person();
    const { token: revoked, id } = await token(cookie, 'read');
    const ports = [gateway.service.port, second.port];
    const asked = async () =>
      Promise.all(ports.map((port) => gateway.call('/api/projects', { headers: bearer(revoked), port })));
    expect((await asked()).map(({ status }) => status)).toEqual([200, 200]);
    const remove = (by: string, which = id) =>
      gateway.call(`/api/user/tokens/${which}`, { method: 'DELETE', cookie: by });
    const stranger = await gateway.person();
    for (const other of [await remove(stranger.cookie), await remove(cookie, 'tok_nope')])
      expect([other.status, other.text]).toEqual([404, '{"error":"not found"}']);
    const gone = await remove(cookie);
    expect([gone.status, gone.text]).toEqual([204, '']);
    for (const { status, text, headers } of await asked()) {
      expect([status, text]).toEqual([401, '{"error":"authentication required"}']);
      expect(headers.get('www-authenticate')).toContain('invalid_token');
    }
    expect((await remove(cookie)).status).toBe(404);
  });

  it('that is none is 401, also beside a good cookie; another scheme leaves the cookie its word', async () => {
    const { cookie } = await gateway.person();
    for (const authorization of ['Bearer', 'Bearer zt_x', `bearer zt_${'a'.repeat(40)}`, 'Bearer a b']) {
      const refused = await gateway.call('/api/user/me', { cookie, headers: { authorization } });
      expect([refused.status, refused.text]).toEqual([401, '{"error":"authentication required"}']);
    }
    const basic = await gateway.call('/api/user/me', { cookie, headers: { authorization: 'Basic YTpi' } });
    expect(basic.status).toBe(200);
  });

  it('needs no Origin to be ours: no page can send one of its visitor’s', async () => {
    const { cookie } = await gateway.person();
    const { token: write } = await token(cookie, 'write');
    const origin = 'https://elsewhere.example';
    const headers = { ...bearer(write), origin };
    const body = { name: 'from elsewhere' };
    expect((await gateway.call('/api/projects', { body, headers })).status).toBe(201);
    expect((await gateway.call('/api/projects', { body, cookie, headers: { origin } })).status).toBe(403);
  });

  it('shows its last use, written once a minute', async () => {
    const { cookie } = await gateway.person();
    const { token: used, id } = await token(cookie, 'read');
    const use = () => gateway.call('/api/projects', { headers: bearer(used) });
    const lastUse = async (): Promise<number | null> => (await list(cookie))[0].last_used_at;
    await use();
    const first = (await until(lastUse, (at) => at !== null)) ?? 0;
    expect(Math.abs(Date.now() - first)).toBeLessThan(60_000);
    const version = async () => (await people.query('SELECT xmin FROM api_token WHERE id = $1', [id])).rows;
    const written = await version();
    await Promise.all(Array.from({ length: 20 }, use));
    expect(await version()).toEqual(written);
    await people.query("UPDATE api_token SET last_used_at = now() - interval '61 s' WHERE id = $1", [id]);
    const aged = (await lastUse()) ?? 0;
    await use();
    expect(await until(lastUse, (at) => at !== aged)).toBeGreaterThan(aged);
  });

  it('keys a call together with its user’s session: idempotency knows people, not tokens', async () => {
    const { cookie } = await gateway.person();
    const { token: write } = await token(cookie, 'write');
    const body = { project_id: await gateway.project(cookie), src: 'https://images.example.com/a.png' };
    const key = { 'idempotency-key': 'mine' };
    const first = await gateway.call('/api/v1/prepare', { body, headers: { ...bearer(write), ...key } });
    const again = await gateway.call('/api/v1/prepare', { body, cookie, headers: key });
    expect([again.headers.get('idempotency-replayed'), again.text]).toEqual(['true', first.text]);
  });

  it('is refused by name when a field is wrong, and beyond a hundred', async () => {
    const { cookie, id } = await gateway.person();
    const bad = await create(cookie, { name: '', scope: 'admin', expires: 1 });
    expect([bad.status, Object.keys(bad.json.details.fieldErrors).sort()]).toEqual([
      400,
      ['expires', 'name', 'scope'],
    ]);
    await people.query(
      `INSERT INTO api_token (id, user_id, name, scope, hash)
       SELECT 'tok_' || $1 || n, $1, 'many', 'read', decode(md5($1 || n), 'hex') FROM generate_series(1, 100) n`,
      [id],
    );
    const beyond = await create(cookie, { name: 'one more' });
    expect([beyond.status, beyond.json.details.formErrors]).toEqual([
      400,
      ['there are 100 tokens already: revoke one first'],
    ]);
  });
});
