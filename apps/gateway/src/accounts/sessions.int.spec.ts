import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@zoetrope/platform/service';
import { Pool } from 'pg';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { Sweeper } from './sweeper.js';

/** Real: two gateways on one PostgreSQL, over HTTP. */
const OLD_KEY = 'the secret key of before, long enough';
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

const password = 'correct horse';
const signIn = async (email: string) => {
  const answer = await gateway.call('/api/user/signin', { body: { email, password } });
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
};
const me = async (cookie: string, port?: number) =>
  (await gateway.call('/api/user/me', { cookie, port })).status;
const tokenOf = (cookie: string) => decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0];
const leave = (cookie: string, left: string) =>
  people.query(`UPDATE session SET "expiresAt" = now() + $2::interval WHERE token = $1`, [
    tokenOf(cookie),
    left,
  ]);

describe('a session', () => {
  it('that is ended at one gateway is ended at the other with the same breath', async () => {
    const { cookie } = await gateway.person();
    for (let n = 0; n < 5; n++) expect(await me(cookie, second.port)).toBe(200);
    await gateway.call('/api/user/signout', { method: 'POST', cookie });
    expect(await me(cookie, second.port)).toBe(401);
  });

  it('ends everywhere when its user says so, and nobody else’s does', async () => {
    const { cookie, email } = await gateway.person();
    const bystander = await gateway.person();
    const others = [await signIn(email), await signIn(email)];
    const out = await gateway.call('/api/user/signout?everywhere=true', { method: 'POST', cookie });
    expect([out.status, out.json]).toEqual([200, { user: null }]);
    expect(out.headers.getSetCookie()[0]).toMatch(/^better-auth\.session_token=; Max-Age=0/);
    for (const one of [cookie, ...others]) {
      expect([await me(one), await me(one, second.port)]).toEqual([401, 401]);
    }
    expect(await me(bystander.cookie)).toBe(200);
  });

  it('ends alone without that word; an unknown word is refused; a stranger may say it too', async () => {
    const { cookie, email } = await gateway.person();
    const other = await signIn(email);
    const bad = await gateway.call('/api/user/signout?everywhere=yes', { method: 'POST', cookie });
    expect([bad.status, Object.keys(bad.json.details.fieldErrors)]).toEqual([400, ['everywhere']]);
    await gateway.call('/api/user/signout?everywhere=false', { method: 'POST', cookie });
    expect([await me(cookie), await me(other)]).toEqual([401, 200]);
    const stranger = await gateway.call('/api/user/signout?everywhere=true', { method: 'POST' });
    expect([stranger.status, stranger.json]).toEqual([200, { user: null }]);
  });

  it('lasts 7 days from its last use, prolonged once a day, and no longer', async () => {
    const { cookie } = await gateway.person();
    await leave(cookie, '6 days 1 hour');
    const fresh = await gateway.call('/api/user/me', { cookie });
    expect([fresh.status, fresh.headers.getSetCookie()]).toEqual([200, []]);
    await leave(cookie, '5 days 23 hours');
    const prolonged = await gateway.call('/api/user/me', { cookie });
    expect(prolonged.headers.getSetCookie()[0]).toMatch(
      /^better-auth\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await gateway.call('/api/user/me', { cookie })).headers.getSetCookie()).toEqual([]);
    await leave(cookie, '-1 second');
    expect(await me(cookie)).toBe(401);
  });

  it('is swept out when it has ended, with everything else that has', async () => {
    const { cookie } = await gateway.person();
    const { cookie: running } = await gateway.person();
    await leave(cookie, '-1 second');
    await people.query("INSERT INTO rate_window VALUES ('old', 1, now() - interval '1 s')");
    await people.query(
      `INSERT INTO verification (id, identifier, value, "expiresAt") VALUES ('old', 'x', 'y', now() - interval '1 s')`,
    );
    await gateway.service.app.get(Sweeper).sweep();
    const count = async (query: string, values: unknown[] = []) =>
      Number((await people.query(`SELECT count(*) FROM ${query}`, values)).rows[0].count);
    expect(await count('session WHERE token = $1', [tokenOf(cookie)])).toBe(0);
    expect(await count("rate_window WHERE key = 'old'")).toBe(0);
    expect(await count("verification WHERE id = 'old'")).toBe(0);
    expect(await me(running)).toBe(200);
  });

  it('survives a change of ZOETROPE_SECRET_KEY, and gets a cookie under the new one', async () => {
    const old = await gateway.copy({ ZOETROPE_SECRET_KEY: OLD_KEY });
    const body = { email: 'key@example.com', password, name: 'K' };
    const signedUp = await gateway.call('/api/user/signup', { body, port: old.port });
    const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    await old.stop();
    expect(await me(cookie)).toBe(401);
    const rotated = await gateway.copy({ ZOETROPE_SECRET_KEY_PREVIOUS: OLD_KEY });
    const answer = await gateway.call('/api/user/me', { cookie, port: rotated.port });
    expect(answer.status).toBe(200);
    const [renewed = ''] = answer.headers.getSetCookie();
    expect(renewed).toMatch(/; Max-Age=6047\d\d; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(await me(renewed.split(';')[0] ?? '')).toBe(200);
    const out = await gateway.call('/api/user/signout', { method: 'POST', cookie, port: rotated.port });
    expect(out.status).toBe(200);
    expect(await me(renewed.split(';')[0] ?? '')).toBe(401);
    await rotated.stop();
  });
});
