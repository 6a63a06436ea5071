import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start({
    GITHUB_CLIENT_ID: 'the-client',
    GITHUB_CLIENT_SECRET: 'its-secret',
  });
});
afterAll(() => gateway.stop());

describe('sign-in by a provider', () => {
  it('sends people to the one whose keys are configured, and back to us', async () => {
    const start = await gateway.call('/api/user/oauth/github');
    expect(start.status).toBe(302);
    const target = new URL(start.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe('https://github.com/login/oauth/authorize');
    expect(target.searchParams.get('client_id')).toBe('the-client');
    expect(target.searchParams.get('redirect_uri')).toBe(
      'http://localhost:4000/api/user/oauth/callback/github',
    );
    expect(start.headers.getSetCookie().join()).toMatch(/better-auth\.\w*state/);
  });

  it('does not exist for a provider without keys', async () => {
    for (const path of ['google', 'facebook', 'callback/google']) {
      expect((await gateway.call(`/api/user/oauth/${path}`)).text).toBe('{"error":"not found"}');
    }
  });

  it('signs nobody in on a callback that was never asked for', async () => {
    const answer = await gateway.call('/api/user/oauth/callback/github?code=x&state=forged');
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/error=/);
    expect(answer.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/);
  });
});
