import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, HttpServer, json } from './testing/http-server.js';
import { Zoetrope } from './zoetrope.js';

/** Real: HTTP. The server answers what a test wants, in the words of PRODUCT.md. */
let server: HttpServer | undefined;
afterEach(() => server?.stop());

const retry = { baseMs: 1, mostMs: 2_000 };
async function against(answer: Answer): Promise<{ zoetrope: Zoetrope; asked: HttpServer['asked'] }> {
  server = await HttpServer.start(answer);
  return { zoetrope: new Zoetrope({ url: `${server.url}/`, token: 'zt_test', retry }), asked: server.asked };
}
const regenerated = { asset_id: 'a', status: 'pending', generation: 2, request_id: 'r' };
const away = { error: 'temporarily unavailable', retry_after_ms: 5 };

describe('a call', () => {
  it('is sent with the token, its body and a key of its own', async () => {
    const { zoetrope, asked } = await against((response) => json(response, 200, regenerated));
    expect(await zoetrope.regenerate('a b', { motion: 'kinetic' })).toEqual(regenerated);
    await zoetrope.regenerate('a b');
    const [first, second] = asked;
    expect(first).toMatchObject({
      method: 'POST',
      url: '/api/assets/a%20b/regenerate',
      body: '{"motion":"kinetic"}',
      headers: { authorization: 'Bearer zt_test', 'content-type': 'application/json' },
    });
    const keys = [first, second].map((request) => request?.headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(new Set(keys).size).toBe(2);
  });

  it('is repeated on 503, on 429 with a time, and while a copy is under way, under one key', async () => {
    const refusals = [
      [503, away, { 'x-error-code': 'unavailable' }],
      [429, { error: 'rate limited', retry_after_ms: 5 }, { 'x-error-code': 'rate_limited' }],
      [409, { error: 'in progress', retry_after_ms: 5 }, { 'x-error-code': 'idempotency_in_progress' }],
    ] as const;
    const { zoetrope, asked } = await against((response, _asked, n) => {
      const [status, body, headers] = refusals[n - 1] ?? [200, regenerated, {}];
      json(response, status, body, headers);
    });
    expect(await zoetrope.regenerate('a', {}, { idempotencyKey: 'mine' })).toEqual(regenerated);
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(['mine', 'mine', 'mine', 'mine']);
  });

  it('is repeated when its answer was lost', async () => {
    const { zoetrope, asked } = await against((response, _asked, n) =>
      n < 3 ? response.destroy() : json(response, 200, regenerated),
    );
    expect(await zoetrope.prepare({ project_id: 'p', src: 'https://i.example.com/a.png' })).toEqual(
      regenerated,
    );
    expect(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('refused for good is an error at once, with all that the answer says', async () => {
    const { zoetrope, asked } = await against((response) =>
      json(
        response,
        429,
        { error: 'monthly generation limit reached' },
        {
          'x-error-code': 'quota_exceeded',
          'x-request-id': 'req-1',
        },
      ),
    );
    await expect(zoetrope.regenerate('a')).rejects.toMatchObject({
      name: 'ZoetropeError',
      message: 'monthly generation limit reached',
      status: 429,
      code: 'quota_exceeded',
      requestId: 'req-1',
      retryAfterMs: undefined,
    });
    expect(asked).toHaveLength(1);
  });

  it('gives up after its attempts, and at once where it would have to wait too long', async () => {
    const { zoetrope, asked } = await against((response, { url }) => {
      if (url.includes('short')) json(response, 503, away);
      else json(response, 503, { error: 'temporarily unavailable' }, { 'retry-after': '60' });
    });
    await expect(zoetrope.asset('short')).rejects.toMatchObject({ status: 503, code: 'http_503' });
    expect(asked.splice(0)).toHaveLength(5);
    await expect(zoetrope.asset('long')).rejects.toMatchObject({ status: 503, retryAfterMs: 60_000 });
    expect(asked).toHaveLength(1);
  });

  it('that may have been carried out and cannot be told apart is not repeated', async () => {
    const { zoetrope, asked } = await against((response) => json(response, 503, away));
    await expect(zoetrope.call('POST /api/projects', { body: { name: 'Shop' } })).rejects.toMatchObject({
      status: 503,
    });
    expect(asked).toHaveLength(1);
  });

  it('ends with its signal, also between two attempts', async () => {
    const abort = new AbortController();
    const { zoetrope } = await against((response) => {
      json(response, 503, { error: 'temporarily unavailable', retry_after_ms: 1_900 });
      setImmediate(() => abort.abort(new Error('enough')));
    });
    await expect(zoetrope.asset('a', { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('of any operation fills path and query, and has no answer where there is none', async () => {
    const { zoetrope, asked } = await against((response, { method }) =>
      method === 'DELETE'
        ? response.writeHead(204).end()
        : json(response, 200, { items: [], next_cursor: null }),
    );
    await zoetrope.call('GET /api/projects/{id}/assets', { path: { id: 'p' }, query: { limit: 10 } });
    expect(await zoetrope.call('DELETE /api/assets/{id}', { path: { id: 'a' } })).toBeUndefined();
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/projects/p/assets?limit=10',
      'DELETE /api/assets/a',
    ]);
  });
});
