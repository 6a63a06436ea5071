import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccountOpened } from '@zoetrope/contracts/facts/tenant';
import { accountSubject } from '@zoetrope/contracts/subjects';
import { getMigrations } from 'better-auth/db/migration';
import { Pool } from 'pg';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { Sessions } from './sessions.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({ PUBLIC_URL: 'http://zoetrope.example' });
});
afterAll(() => gateway.stop());

const ada = { email: 'Ada@example.com', password: 'correct horse', name: 'Ada' };
const cookieOf = (headers: Headers) => (headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';

describe('accounts', () => {
  it('signs up with 201, a cookie for 7 days, and an account fact', async () => {
    const answer = await gateway.call('/api/user/signup', { body: ada });
    expect(answer.status).toBe(201);
    const { id } = answer.json.user;
    expect(answer.json).toEqual({ user: { id, email: 'ada@example.com', name: 'Ada' } });
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(
      /^better-auth\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const facts = await gateway.service.log.readCurrent(accountSubject(id));
    expect(facts.map(({ data }) => data)).toEqual([{ ownerId: id, plan: 'free' }]);
  });

  it('is 409 for a known address in any case, also when two sign up at once', async () => {
    const again = await gateway.call('/api/user/signup', { body: { ...ada, email: 'ADA@example.com' } });
    expect([again.status, again.text]).toEqual([409, '{"error":"email already registered"}']);
    const twin = { ...ada, email: 'twin@example.com' };
    const both = await Promise.all([1, 2].map(() => gateway.call('/api/user/signup', { body: twin })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('signs in with 200, and is the same 401 for a wrong password and an unknown address', async () => {
    const { email, password } = ada;
    expect((await gateway.call('/api/user/signin', { body: { email, password } })).status).toBe(200);
    for (const body of [
      { email, password: 'wrong' },
      { email: 'nobody@example.com', password },
      { email: 'x', password },
    ]) {
      const refused = await gateway.call('/api/user/signin', { body });
      expect([refused.status, refused.text]).toEqual([401, '{"error":"invalid email or password"}']);
    }
  });

  it('refuses a short password, a bad address and an unknown field by name', async () => {
    const body = { email: 'no address', password: 'short', name: '', admin: true };
    const answer = await gateway.call('/api/user/signup', { body });
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.json.details.fieldErrors).sort()).toEqual([
      'admin',
      'email',
      'name',
      'password',
    ]);
  });

  it('refuses text that cannot be kept, with the field at fault', async () => {
    const unkept = { email: 'nul@example.com', password: 'correct horse', name: 'a\u0000b' };
    for (const [path, body, field] of [
      ['signup', unkept, 'name'],
      ['signup', { ...unkept, name: 'a\ud800' }, 'name'],
      ['signin', { email: 'a\u0000b', password: 'x' }, 'email'],
    ] as const) {
      const answer = await gateway.call(`/api/user/${path}`, { body });
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          error: 'Validation failed',
          details: { fieldErrors: { [field]: [expect.any(String)] }, formErrors: [] },
        },
      ]);
    }
  });

  it('knows the session until sign-out destroys it', async () => {
    const { cookie, id, email } = await gateway.person();
    const session = await gateway.call('/api/user/session', { cookie });
    expect(session.json).toEqual({ user: { id, email, name: 'P' } });
    expect((await gateway.call('/api/user/session')).json).toEqual({ user: null });
    expect((await gateway.call('/api/user/signout', { method: 'POST', cookie })).status).toBe(200);
    expect((await gateway.call('/api/user/session', { cookie })).json).toEqual({ user: null });
    expect((await gateway.call('/api/user/me', { cookie })).status).toBe(401);
    expect((await gateway.call('/api/user/signout', { method: 'POST' })).status).toBe(200);
  });

  it('does not take a changed cookie for a session', async () => {
    const { cookie } = await gateway.person();
    const forged = `${cookie.slice(0, -6)}AAAAAA`;
    expect((await gateway.call('/api/user/me', { cookie: forged })).status).toBe(401);
  });

  it('shows plan and usage of the month', async () => {
    const { cookie, id, email } = await gateway.person();
    const projectId = await gateway.project(cookie);
    const src = 'https://images.example.com/me.png';
    await gateway.call('/api/v1/prepare', { cookie, body: { project_id: projectId, src } });
    const me = await gateway.call('/api/user/me', { cookie });
    const now = new Date();
    expect(me.json).toEqual({
      id,
      email,
      name: 'P',
      plan: 'free',
      generations: {
        used: 0,
        reserved: 1,
        limit: 5,
        overage: 0,
        resets_at: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1),
      },
      created_at: expect.any(Number),
    });
  });

  it('opens an account at the next call when the process died between sign-up and its fact', async () => {
    const sessions = gateway.service.app.get(Sessions);
    const { user, cookies } = await sessions.signUp({ ...ada, email: 'half@example.com' });
    expect(await gateway.service.log.last(accountSubject(user.id))).toBeUndefined();
    const cookie = cookies[0]?.split(';')[0];
    expect((await gateway.call('/api/user/me', { cookie })).json.plan).toBe('free');
    const opened = await gateway.service.log.last(accountSubject(user.id));
    expect(opened && AccountOpened.is(opened)).toBe(true);
  });

  it('refuses changes from a foreign page, and lets our own, curl and reading through', async () => {
    const { cookie } = await gateway.person();
    const create = (headers: Record<string, string>) =>
      gateway.call('/api/projects', { cookie, body: { name: 'x' }, headers });
    for (const origin of ['https://evil.example', 'null', 'http://zoetrope.example.evil.example']) {
      const refused = await create({ origin });
      expect([refused.status, refused.text]).toEqual([403, '{"error":"origin not allowed"}']);
    }
    for (const origin of ['http://zoetrope.example', gateway.url])
      expect((await create({ origin })).status).toBe(201);
    expect((await create({})).status).toBe(201);
    const headers = { origin: 'https://evil.example' };
    expect((await gateway.call('/api/projects', { cookie, headers })).status).toBe(200);
    expect((await gateway.call('/api/user/signin', { body: ada, headers })).status).toBe(403);
  });

  it('has the tables that the installed better-auth wants', async () => {
    const database = new Pool({ connectionString: gateway.postgres.url, options: '-c search_path=secrets' });
    const { auth } = gateway.service.app.get(Sessions);
    const { toBeAdded, toBeCreated } = await getMigrations({ ...auth.options, database });
    await database.end();
    expect([toBeAdded, toBeCreated]).toEqual([[], []]);
  });
});

it('marks the cookie Secure under an https PUBLIC_URL, its name unchanged', async () => {
  const { createAuth } = await import('./auth.js');
  const pool = new Pool({ connectionString: gateway.postgres.url, options: '-c search_path=secrets' });
  const config = { PUBLIC_URL: 'https://z.example', ZOETROPE_SECRET_KEY: 'x'.repeat(40) };
  const auth = createAuth(config as Parameters<typeof createAuth>[0], pool);
  const body = { ...ada, email: 'secure@example.com' };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  await pool.end();
  expect(cookieOf(headers)).toMatch(/^better-auth\.session_token=/);
  expect(headers.getSetCookie()[0]).toMatch(/; Secure/);
});
