import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

describe('every answer', () => {
  it('carries the request’s id when it is sane, else a fresh one', async () => {
    const idOf = async (sent?: string, target = '/api/user/session') =>
      (await gateway.call(target, { headers: sent ? { 'x-request-id': sent } : {} })).headers.get(
        'x-request-id',
      );
    expect(await idOf('trace-1.a/b')).toBe('trace-1.a/b');
    expect(await idOf('trace-2', '/nowhere')).toBe('trace-2');
    expect(await idOf('trace-3', '/%')).toBe('trace-3');
    for (const bad of ['two words', 'x'.repeat(129), '"quoted"']) {
      expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a path', () => {
  it('that nobody knows is 404', async () => {
    const answer = await gateway.call('/api/nowhere');
    expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it('that knows other methods is 405 with Allow', async () => {
    const answer = await gateway.call('/api/user/session', { method: 'DELETE' });
    expect([answer.status, answer.text]).toEqual([405, '{"error":"method not allowed"}']);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    const { cookie } = await gateway.person();
    expect((await gateway.call('/api/projects', { method: 'PUT', cookie, body: {} })).status).toBe(405);
  });

  it('that is malformed is 400 in our words', async () => {
    const answer = await gateway.call('/api/%E0%A4%A');
    expect([answer.status, answer.text]).toEqual([400, '{"error":"malformed request"}']);
  });
});

describe('CORS', () => {
  it('is open for GET on public paths and closed on the rest', async () => {
    const origin = { origin: 'https://page.example' };
    const open = await gateway.call('/api/openapi.json', { headers: origin });
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
    const closed = await gateway.call('/api/user/session', { headers: origin });
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
    const asks = {
      ...origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    };
    const preflight = await gateway.call('/v1/pk_x/a.png.mp4', { method: 'OPTIONS', headers: asks });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Range/);
  });
});
