import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process. Every sentence of PRODUCT 3.2 and 11 that a caller can see, byte for byte. */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
let source: string;

beforeAll(async () => {
  system = await startTestSystem();
  await newCustomer();
}, 120_000);

/** Somebody new with a finished video: each group below has its own thirty regenerates a minute. */
async function newCustomer(): Promise<void> {
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  source = await customer.upload(await photoLike({ width: 320, height: 256, seed: 5 }));
  const body = { project_id: project.id, src: source, mode: 'animate-in', dur_seconds: 2 };
  asset = await customer.prepare(body);
  await ready(project, asset, 1);
}
afterAll(() => system?.end(), 60_000);

async function ready(of: Project, prepared: Prepared, generation: number): Promise<void> {
  const watcher = new Watcher(`${system.url}/v1/${of.proxy_key}/events/${prepared.asset_id}`);
  await watcher.named('ready', generation);
  watcher.stop();
}
const count = async () => (await customer.detail(asset.asset_id)).asset.generation_count;

describe('bad input gets a clear error and changes nothing', () => {
  const json = { 'content-type': 'application/json' };
  const bad: [string, number, unknown, Record<string, string>][] = [
    ['an unknown motion', 400, { motion: 'wild' }, {}],
    ['a length that is too long', 400, { dur_seconds: 9 }, {}],
    ['a length that is too short', 400, { dur_seconds: 1 }, {}],
    ['a broken length', 400, { dur_seconds: 2.5 }, {}],
    ['a length as text', 400, { dur_seconds: '4' }, {}],
    ['a prompt over 500 characters', 400, { prompt_override: 'x'.repeat(501) }, {}],
    ['a negative seed', 400, { seed: -1 }, {}],
    ['a seed over 2^32 - 1', 400, { seed: 2 ** 32 }, {}],
    ['an unknown field', 400, { src: 'https://example.com/other.jpg' }, {}],
    ['a body that is no object', 400, '[]', json],
    ['bad JSON', 400, '{"motion":', json],
    ['a form', 415, 'motion=kinetic', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['text', 415, 'kinetic', { 'content-type': 'text/plain' }],
    ['over 64 KB', 413, JSON.stringify({ prompt_override: 'x'.repeat(70_000) }), json],
  ];
  it.each(bad)('%s is %i', async (_what, status, body, headers) => {
    const before = await count();
    const usage = await customer.usage();
    const answer = await customer.regenerate(asset.asset_id, body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-error-code')).toEqual(expect.any(String));
    expect(answer.headers.get('link')).toMatch(/rel="help"/);
    expect(answer.headers.get('x-request-id')).toEqual(expect.any(String));
    if (status === 400) {
      expect(answer.body).toEqual({
        error: 'Validation failed',
        details: { fieldErrors: expect.any(Object), formErrors: expect.any(Array) },
      });
    }
    if (status === 413) expect(answer.text).toBe('{"error":"request body exceeds 64 KB limit"}');
    expect([await count(), await customer.usage()]).toEqual([before, usage]);
  });

  it('names the field that is wrong, and bad JSON in formErrors', async () => {
    const wrong = await customer.regenerate(asset.asset_id, { motion: 'wild', dur_seconds: 99 });
    const details = (
      wrong.body as unknown as { details: { fieldErrors: Record<string, string[]>; formErrors: string[] } }
    ).details;
    expect(Object.keys(details.fieldErrors).sort()).toEqual(['dur_seconds', 'motion']);
    const broken = await customer.regenerate(asset.asset_id, '{', json);
    expect((broken.body as unknown as { details: { formErrors: string[] } }).details.formErrors).toHaveLength(
      1,
    );
  });
});

describe('who may', () => {
  it('is asked to sign in, byte for byte', async () => {
    const answer = await new Customer(system.url).regenerate(asset.asset_id, {});
    expect([answer.status, answer.text]).toEqual([401, '{"error":"authentication required"}']);
  });

  it('somebody else’s asset answers exactly like one that does not exist', async () => {
    const stranger = await Customer.signUp(system);
    const theirs = await stranger.regenerate(asset.asset_id, {});
    const nobodys = await stranger.regenerate('0'.repeat(32), {});
    const nonsense = await stranger.regenerate('nonsense', {});
    for (const answer of [theirs, nobodys, nonsense]) {
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
    const names = ({ headers }: { headers: Headers }) => [...headers.keys()].sort();
    expect(names(theirs)).toEqual(names(nobodys));
  });

  it('a wrong body is told before a missing asset, a missing session before both', async () => {
    const stranger = await Customer.signUp(system);
    expect((await stranger.regenerate('0'.repeat(32), { motion: 'wild' })).status).toBe(400);
    expect((await new Customer(system.url).regenerate('0'.repeat(32), { motion: 'wild' })).status).toBe(401);
  });

  it('a foreign Origin with a cookie is refused, no Origin is fine', async () => {
    const foreign = await customer.regenerate(
      asset.asset_id,
      { motion: 'wild' },
      { origin: 'https://evil.example' },
    );
    expect([foreign.status, foreign.text]).toEqual([403, '{"error":"origin not allowed"}']);
  });

  it('takes the same person once', async () => {
    const again = { email: customer.email, password: 'another password', name: 'Eve' };
    const taken = await new Customer(system.url).call('POST', '/api/user/signup', { body: again });
    expect([taken.status, taken.text]).toEqual([409, '{"error":"email already registered"}']);
    const wrong = await new Customer(system.url).call('POST', '/api/user/signin', {
      body: { email: customer.email, password: 'wrong one' },
    });
    expect([wrong.status, wrong.text]).toEqual([401, '{"error":"invalid email or password"}']);
  });
});

describe('an Idempotency-Key', () => {
  beforeAll(newCustomer, 60_000);

  it('gives the first answer again, marked, and starts one generation', async () => {
    const before = await count();
    const key = { 'idempotency-key': 'e2e-once' };
    const first = await customer.regenerate(asset.asset_id, { motion: 'subtle' }, key);
    const second = await customer.regenerate(asset.asset_id, { motion: 'subtle' }, key);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.text).toBe(first.text);
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await count()).toBe(before + 1);
    await ready(project, asset, first.body.generation);
  }, 60_000);

  it('stands for one request only', async () => {
    const answer = await customer.regenerate(
      asset.asset_id,
      { motion: 'kinetic' },
      { 'idempotency-key': 'e2e-once' },
    );
    expect([answer.status, answer.text]).toEqual([
      422,
      '{"error":"idempotency key reused with a different request"}',
    ]);
  });

  it('twenty copies at once are one generation and twenty identical answers', async () => {
    const before = await count();
    const key = { 'idempotency-key': 'e2e-many' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => customer.regenerate(asset.asset_id, {}, key)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await count()).toBe(before + 1);
    await ready(project, asset, before + 1);
  }, 60_000);

  it('is made for a call without one, and a constant X-Request-Id swallows nothing', async () => {
    const before = await count();
    const id = { 'x-request-id': 'constant' };
    const [a, b] = [
      await customer.regenerate(asset.asset_id, {}, id),
      await customer.regenerate(asset.asset_id, {}, id),
    ];
    expect([a.body.generation, b.body.generation]).toEqual([before + 1, before + 2]);
    expect(a.headers.get('idempotency-key')).not.toBe(b.headers.get('idempotency-key'));
    expect(a.headers.get('x-request-id')).toBe('constant');
    await ready(project, asset, before + 2);
  }, 60_000);
});

describe('the month', () => {
  it('of Free ends with the exact 429, which changes nothing but the number', async () => {
    const free = await Customer.signUp(system);
    const site = await free.project();
    const one = await free.prepare({ project_id: site.id, src: source, mode: 'animate-in', dur_seconds: 2 });
    const answers = [];
    for (let n = 2; n <= 6; n++) answers.push(await free.regenerate(one.asset_id));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
    const refused = answers.at(-1);
    expect(refused?.text).toBe('{"error":"monthly generation limit reached"}');
    expect(refused?.headers.get('x-error-code')).toBe('quota_exceeded');
    expect(refused?.headers.get('link')).toMatch(/rel="payment"/);
    await ready(site, one, 5);
    const { asset: after, generations } = await free.detail(one.asset_id);
    expect(after).toMatchObject({ status: 'ready', generation: 5 });
    expect(generations[0]).toMatchObject({ generation: 6, status: 'refused', charged: false });
    expect(await free.usage()).toMatchObject({ used: 5, reserved: 0, limit: 5, overage: 0 });
  }, 90_000);

  it('upgraded a moment ago counts for the next request', async () => {
    const pro = await Customer.signUp(system, 'pro');
    const site = await pro.project();
    const one = await pro.prepare({ project_id: site.id, src: source, mode: 'animate-in', dur_seconds: 2 });
    await system.ops('plan', pro.email, 'free');
    for (let n = 2; n <= 5; n++) expect((await pro.regenerate(one.asset_id)).status).toBe(200);
    expect((await pro.regenerate(one.asset_id)).status).toBe(429);
    await system.ops('plan', pro.email, 'pro');
    const upgraded = await pro.regenerate(one.asset_id);
    expect(upgraded.status).toBe(200);
    await ready(site, one, upgraded.body.generation);
  }, 90_000);
});

describe('every answer', () => {
  beforeAll(newCustomer, 60_000);

  it('comes as RFC 9457 when asked for', async () => {
    const answer = await customer.regenerate('0'.repeat(32), {}, { accept: 'application/problem+json' });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 404, title: expect.any(String), type: expect.any(String) });
  });

  it('keeps a sane request id and replaces another', async () => {
    const sane = await customer.call('GET', '/api/user/session', { headers: { 'x-request-id': 'abc-123' } });
    expect(sane.headers.get('x-request-id')).toBe('abc-123');
    const insane = await customer.call('GET', '/api/user/session', {
      headers: { 'x-request-id': 'x'.repeat(500) },
    });
    expect(insane.headers.get('x-request-id')).toMatch(/^.{8,128}$/);
  });

  it('of an unknown route is the same 404', async () => {
    const answer = await customer.call('GET', '/api/nothing/here');
    expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
  });

  it('says how much of the minute is left; the 31st regenerate is told to wait', async () => {
    const busy = await Customer.signUp(system);
    const answers = [];
    for (let n = 0; n < 31; n++) answers.push(await busy.regenerate('0'.repeat(32)));
    expect(answers.slice(0, 30).every(({ status }) => status === 404)).toBe(true);
    const [first, last] = [answers[0], answers[30]];
    expect([first?.headers.get('ratelimit-limit'), first?.headers.get('ratelimit-remaining')]).toEqual([
      '30',
      '29',
    ]);
    expect(last?.status).toBe(429);
    expect(last?.body).toEqual({ error: 'rate limited', retry_after_ms: expect.any(Number) });
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);

  it('503s with the key to repeat with when quota cannot decide, and the repeat is the same generation', async () => {
    const before = await count();
    process.kill((await system.services.quota.up()).pid, 'SIGSTOP');
    const waiting = await customer.regenerate(asset.asset_id, {});
    expect([waiting.status, waiting.body]).toEqual([
      503,
      { error: 'temporarily unavailable', retry_after_ms: expect.any(Number) },
    ]);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    const key = waiting.headers.get('idempotency-key') ?? '';
    expect(key).not.toBe('');
    await system.services.quota.kill('SIGKILL');
    await system.services.quota.up();
    const repeat = await customer.regenerate(asset.asset_id, {}, { 'idempotency-key': key });
    expect([repeat.status, repeat.body.generation]).toEqual([200, before + 1]);
    await ready(project, asset, before + 1);
  }, 90_000);
});
