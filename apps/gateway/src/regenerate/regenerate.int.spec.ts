import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

const prepared = async (plan: 'free' | 'pro' = 'pro') => {
  const person = await gateway.person(plan);
  const projectId = await gateway.project(person.cookie);
  const answer = await gateway.call('/api/v1/prepare', {
    cookie: person.cookie,
    body: { project_id: projectId, src: 'https://images.example.com/a.png' },
  });
  expect(answer.status).toBe(200);
  return { ...person, projectId, assetId: answer.json.asset_id as string };
};
const requestsOf = (assetId: string) => gateway.service.log.readCurrent(assetSubject(assetId, 'request'));

describe('POST /api/assets/:id/regenerate', () => {
  it('answers 200 with exactly the members of PRODUCT 3.2, with a body or with none', async () => {
    const { assetId, cookie } = await prepared();
    const path = `/api/assets/${assetId}/regenerate`;
    const first = await gateway.call(path, { cookie, body: { motion: 'kinetic', dur_seconds: 6 } });
    expect(first.status).toBe(200);
    expect(first.json).toEqual({
      asset_id: assetId,
      status: 'pending',
      generation: 2,
      request_id: first.headers.get('x-request-id'),
    });
    const bare = await gateway.call(path, { method: 'POST', cookie });
    expect([bare.status, bare.json.generation]).toEqual([200, 3]);
    expect(bare.headers.get('idempotency-key')).toMatch(/^[\x21-\x7e]+$/);
    expect(bare.headers.get('ratelimit-remaining')).toBe('28');
  });

  it('is 401 without a session, before anything else is looked at', async () => {
    const answer = await gateway.call('/api/assets/nonsense/regenerate', {
      body: 'x'.repeat(70_000),
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(401);
    expect(answer.text).toBe('{"error":"authentication required"}');
    expect(answer.headers.get('x-error-code')).toBe('authentication_required');
    expect(answer.headers.get('idempotency-key')).toBeTruthy();
  });

  it('is 400 with details for wrong and unknown fields, before ownership', async () => {
    const { cookie } = await prepared();
    const answer = await gateway.call(`/api/assets/${'0'.repeat(32)}/regenerate`, {
      cookie,
      body: { motion: 'wild', dur_seconds: 9, src: 'https://other.example/' },
    });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toBe('Validation failed');
    expect(Object.keys(answer.json.details.fieldErrors).sort()).toEqual(['dur_seconds', 'motion', 'src']);
    expect(answer.json.details.formErrors).toEqual([]);
  });

  it.each([
    ['bad JSON', '{"motion":', 'application/json', 400, 'validation_failed'],
    ['an array', '[]', 'application/json', 400, 'validation_failed'],
    [
      'another content type',
      'motion=kinetic',
      'application/x-www-form-urlencoded',
      415,
      'unsupported_media_type',
    ],
    [
      'over 64 KB',
      JSON.stringify({ prompt_override: 'x'.repeat(65_536) }),
      'application/json',
      413,
      'body_too_large',
    ],
  ])('refuses %s', async (_what, body, type, status, code) => {
    const { assetId, cookie } = await prepared();
    const answer = await gateway.call(`/api/assets/${assetId}/regenerate`, {
      cookie,
      body,
      headers: { 'content-type': type },
    });
    expect([answer.status, answer.headers.get('x-error-code')]).toEqual([status, code]);
    if (status === 400) expect(answer.json.details.formErrors).toHaveLength(1);
    if (status === 413) expect(answer.text).toBe('{"error":"request body exceeds 64 KB limit"}');
    expect(await requestsOf(assetId)).toHaveLength(1);
  });

  it('is the same 404 for no asset and for somebody else’s', async () => {
    const { assetId } = await prepared();
    const { cookie } = await gateway.person();
    for (const id of [assetId, '0'.repeat(32), 'nonsense']) {
      const answer = await gateway.call(`/api/assets/${id}/regenerate`, { method: 'POST', cookie });
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
  });

  it('makes one fact and 20 identical answers of 20 copies with one key', async () => {
    const { assetId, cookie } = await prepared();
    const copy = () =>
      gateway.call(`/api/assets/${assetId}/regenerate`, {
        cookie,
        body: { motion: 'subtle' },
        headers: { 'idempotency-key': 'copies' },
      });
    const answers = await Promise.all(Array.from({ length: 20 }, copy));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(19);
    expect(await requestsOf(assetId)).toHaveLength(2);
    const later = await copy();
    expect([later.text, later.headers.get('idempotency-replayed')]).toEqual([answers[0]?.text, 'true']);
    expect(later.headers.get('ratelimit-remaining')).toBe('29');
  });

  it('is 422 when the key stands for another request', async () => {
    const { assetId, cookie } = await prepared();
    const headers = { 'idempotency-key': 'used' };
    const path = `/api/assets/${assetId}/regenerate`;
    expect((await gateway.call(path, { cookie, body: { seed: 1 }, headers })).status).toBe(200);
    const other = await gateway.call(path, { cookie, body: { seed: 2 }, headers });
    expect([other.status, other.text]).toEqual([
      422,
      '{"error":"idempotency key reused with a different request"}',
    ]);
  });

  it('is the exact 429 when Free is used up, and a refusal is decided anew under its key', async () => {
    const { id, assetId, cookie } = await prepared('free');
    const call = (key?: string) =>
      gateway.call(`/api/assets/${assetId}/regenerate`, {
        method: 'POST',
        cookie,
        headers: key ? { 'idempotency-key': key } : {},
      });
    for (let n = 2; n <= 5; n++) expect((await call()).json.generation).toBe(n);
    const refused = await call('late');
    expect([refused.status, refused.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
    expect(refused.headers.get('link')).toMatch(/rel="help".*rel="payment"/);
    expect(refused.headers.get('retry-after')).toBeNull();
    await gateway.changePlan(id, 'pro');
    const allowed = await call('late');
    expect([allowed.status, allowed.json.generation]).toEqual([200, 7]);
    expect((await call('late')).headers.get('idempotency-replayed')).toBe('true');
  });

  it('asks the ledger when the decision message is lost', async () => {
    const { assetId, cookie } = await prepared();
    gateway.quota.mute = true;
    const answer = await gateway.call(`/api/assets/${assetId}/regenerate`, { method: 'POST', cookie });
    gateway.quota.mute = false;
    expect([answer.status, answer.json.generation]).toEqual([200, 2]);
  });

  it('is 503 with the key when nobody decides; a copy is 409; the repeat finishes the same command', async () => {
    const { assetId, cookie } = await prepared();
    const speak = gateway.quota.beSilent();
    const call = (key?: string) =>
      gateway.call(`/api/assets/${assetId}/regenerate`, {
        method: 'POST',
        cookie,
        headers: key ? { 'idempotency-key': key } : {},
      });
    const [first, copy] = await Promise.all([call('slow'), call('slow')]);
    expect([first.status, copy.status].sort()).toEqual([409, 503]);
    for (const answer of [first, copy]) {
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.headers.get('idempotency-key')).toBe('slow');
      expect(answer.json.retry_after_ms).toBe(1_000);
    }
    speak();
    const repeat = await call('slow');
    expect([repeat.status, repeat.json.generation]).toEqual([200, 2]);
    expect(await requestsOf(assetId)).toHaveLength(2);
  });

  it('is 429 with Retry-After over 30 a minute, in RFC 9457 when asked', async () => {
    const { cookie } = await gateway.person();
    const call = (headers: Record<string, string> = {}) =>
      gateway.call(`/api/assets/${'0'.repeat(32)}/regenerate`, { method: 'POST', cookie, headers });
    for (let n = 0; n < 30; n++) expect((await call()).status).toBe(404);
    const refused = await call();
    expect(refused.status).toBe(429);
    expect(refused.json).toEqual({ error: 'rate limited', retry_after_ms: expect.any(Number) });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('ratelimit-policy')).toBe('30;w=60');
    const problem = await call({ accept: 'application/problem+json' });
    expect(problem.headers.get('content-type')).toBe('application/problem+json');
    expect(problem.json).toMatchObject({ title: 'rate limited', status: 429, code: 'rate_limited' });
  });
});
