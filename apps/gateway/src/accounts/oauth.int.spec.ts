import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { OAuthServer } from './oauth-server.testing.js';

/** Real: the gateway over HTTP, and a server that speaks the providers' protocol in their place. */
let oauth: OAuthServer;
let gateway: GatewayUnderTest;
let people: Pool;
beforeAll(async () => {
  oauth = await OAuthServer.start();
  gateway = await GatewayUnderTest.start({
    GITHUB_CLIENT_ID: 'github-client',
    GITHUB_CLIENT_SECRET: 'github-secret',
    GOOGLE_CLIENT_ID: 'google-client',
    GOOGLE_CLIENT_SECRET: 'google-secret',
  });
  people = new Pool({ connectionString: gateway.postgres.url, options: '-c search_path=secrets' });
});
afterAll(async () => {
  await people?.end();
  await gateway?.stop();
  await oauth?.stop();
});

type Provider = 'google' | 'github';
const cookies = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

/** A browser's way from our door to the provider's and back to ours, up to the callback's answer. */
async function walk(provider: Provider, spoil: (callback: URL) => void = () => undefined) {
  const start = await gateway.call(`/api/user/oauth/${provider}`);
  expect(start.status).toBe(302);
  const consent = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  expect(consent.status).toBe(302);
  const callback = new URL(consent.headers.get('location') ?? '');
  expect(`${callback.origin}${callback.pathname}`).toBe(
    `http://localhost:4000/api/user/oauth/callback/${provider}`,
  );
  spoil(callback);
  const cookie = cookies(start.headers);
  const path = `${callback.pathname}${callback.search}`;
  return { answer: await gateway.call(path, { cookie }), path, cookie };
}
const session = async (headers: Headers) =>
  (await gateway.call('/api/user/session', { cookie: cookies(headers) })).json.user;
const nobody = (headers: Headers) => expect(headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/);

describe.each<[Provider, number]>([
  ['google', 1_000],
  ['github', 2_000],
])('sign-in by %s', (provider, base) => {
  const identity = (n: number, verified = true) => ({
    id: base + n,
    email: `${provider}${n}@example.com`,
    verified,
    name: `P${n}`,
  });

  it('makes an account at the first time, with a session like any other, and finds it at the second', async () => {
    oauth.identity = identity(1);
    const { answer } = await walk(provider);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
    const set = answer.headers.getSetCookie().find((line) => line.startsWith('better-auth.session_token='));
    expect(set).toMatch(/; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
    const user = await session(answer.headers);
    expect(user).toEqual({ id: expect.any(String), email: `${provider}1@example.com`, name: 'P1' });
    const me = await gateway.call('/api/user/me', { cookie: cookies(answer.headers) });
    expect([me.status, me.json.plan]).toEqual([200, 'free']);
    expect((await session((await walk(provider)).answer.headers)).id).toBe(user.id);
  });

  it('keeps none of the provider’s tokens', async () => {
    oauth.identity = identity(2);
    await walk(provider);
    await walk(provider);
    const { rows } = await people.query('SELECT * FROM account WHERE "accountId" = $1', [String(base + 2)]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ accessToken: null, refreshToken: null, idToken: null, password: null });
  });

  it('does not open the account of somebody who signed up with that address and never proved it', async () => {
    const taken = await gateway.person();
    oauth.identity = { ...identity(3), email: taken.email };
    const { answer } = await walk(provider);
    expect(answer.headers.get('location')).toBe('/?error=account_not_linked');
    nobody(answer.headers);
  });

  it('signs nobody in with a code used twice, a wrong code, or another browser’s state', async () => {
    oauth.identity = identity(4);
    const { path, cookie } = await walk(provider);
    const ends = [
      await gateway.call(path, { cookie }),
      (await walk(provider, ({ searchParams }) => searchParams.set('code', 'guessed'))).answer,
      (await walk(provider, ({ searchParams }) => searchParams.set('state', 'forged'))).answer,
      (await walk(provider, ({ searchParams }) => searchParams.delete('code'))).answer,
    ];
    const { path: stolen } = await (async () => {
      const start = await gateway.call(`/api/user/oauth/${provider}`);
      const consent = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
      const { pathname, search } = new URL(consent.headers.get('location') ?? '');
      return { path: `${pathname}${search}` };
    })();
    ends.push(await gateway.call(stolen)); // without the cookie of the browser that began
    for (const { status, headers } of ends) {
      expect(status).toBe(302);
      expect(
        new URL(headers.get('location') ?? '', 'http://localhost:4000').searchParams.get('error'),
      ).toEqual(expect.any(String));
      expect(new URL(headers.get('location') ?? '', 'http://localhost:4000').pathname).toBe('/');
      nobody(headers);
    }
  });

  it('says when the person said no at the provider', async () => {
    const { answer } = await walk(provider, ({ searchParams }) => {
      searchParams.delete('code');
      searchParams.set('error', 'access_denied');
    });
    expect(answer.headers.get('location')).toMatch(/^\/\?error=access_denied/);
    nobody(answer.headers);
  });

  it('has no password to change until one is chosen', async () => {
    oauth.identity = identity(5);
    const cookie = cookies((await walk(provider)).answer.headers);
    const body = { current_password: 'anything', new_password: 'battery staple' };
    const refused = await gateway.call('/api/user/password', { cookie, body });
    expect([refused.status, refused.json.details.fieldErrors]).toEqual([
      400,
      { current_password: ['this account has no password yet: ask for a reset link'] },
    ]);
  });
});

describe('providers', () => {
  it('are offered when their keys are configured, and else do not exist', async () => {
    expect((await gateway.call('/api/user/oauth')).json).toEqual({ providers: ['google', 'github'] });
    const bare = await gateway.copy({ GOOGLE_CLIENT_SECRET: undefined, GITHUB_CLIENT_ID: undefined });
    const at = { port: bare.port };
    expect((await gateway.call('/api/user/oauth', at)).json).toEqual({ providers: [] });
    for (const path of ['google', 'github', 'facebook', 'callback/google']) {
      const missing = await gateway.call(`/api/user/oauth/${path}`, at);
      expect([missing.status, missing.text]).toEqual([404, '{"error":"not found"}']);
    }
    await bare.stop();
  });
});
