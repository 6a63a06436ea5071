import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { photoLike } from '@zoetrope/media/testing';
import type { RunningService } from '@zoetrope/platform/service';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { type Claim, Claims } from './claims.js';

/** Real: two gateways, NATS, PostgreSQL, with the limits as they are shipped. Quota runs in the test. */
let gateway: GatewayUnderTest;
let other: RunningService;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
  other = await gateway.copy();
});
afterAll(async () => {
  await other?.stop();
  await gateway?.stop();
});

const COPIES = 200;

const owner = async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { project_id: projectId, src: 'https://images.example.com/a.png' };
  const { json } = await gateway.call('/api/v1/prepare', { cookie: person.cookie, body });
  return { ...person, projectId, assetId: json.asset_id as string };
};

/** One call, at the first or the second gateway by `n`. */
const send = async (
  n: number,
  path: string,
  cookie: string,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  const answer = await fetch(`http://127.0.0.1:${n % 2 ? other.port : gateway.service.port}${path}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
type Sent = Awaited<ReturnType<typeof send>>;

const replayed = (answers: readonly Sent[]) =>
  answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true').length;
const requestsOf = (assetId: string) => gateway.service.log.readCurrent(assetSubject(assetId, 'request'));

describe('200 copies of one call at two gateways at once', () => {
  it('of a regenerate are one generation, 200 equal answers, and one call to the rate limit', async () => {
    const { assetId, cookie } = await owner();
    const path = `/api/assets/${assetId}/regenerate`;
    const copy = (_: unknown, n: number) =>
      send(n, path, cookie, { motion: 'subtle' }, { 'idempotency-key': 'one' });
    const answers = await Promise.all(Array.from({ length: COPIES }, copy));
    expect(answers.map(({ status }) => status)).toEqual(Array(COPIES).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(replayed(answers)).toBe(COPIES - 1);
    expect(await requestsOf(assetId)).toHaveLength(2);
    const next = await send(0, path, cookie, {});
    expect([next.status, next.headers.get('ratelimit-remaining')]).toEqual([200, '28']);
  });

  it('of a prepare are one asset, one generation, and 200 equal answers', async () => {
    const { projectId, cookie } = await owner();
    const body = { project_id: projectId, src: 'https://images.example.com/b.png' };
    const copy = (_: unknown, n: number) =>
      send(n, '/api/v1/prepare', cookie, body, { 'idempotency-key': 'two' });
    const answers = await Promise.all(Array.from({ length: COPIES }, copy));
    expect(answers.map(({ status }) => status)).toEqual(Array(COPIES).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(replayed(answers)).toBe(COPIES - 1);
    expect(await requestsOf(JSON.parse(answers[0]?.text ?? '').asset_id)).toHaveLength(1);
  });
});

describe('a call over the rate limit', () => {
  it('is told an answer that there is, also by the other gateway, and starts nothing', async () => {
    const { assetId, cookie } = await owner();
    const path = `/api/assets/${assetId}/regenerate`;
    const first = await send(0, path, cookie, { seed: 1 }, { 'idempotency-key': 'kept' });
    const more = await Promise.all(Array.from({ length: 29 }, (_, n) => send(n, path, cookie, {})));
    // A 503 of a slow machine counts as well.
    expect(more.filter(({ status }) => status === 429)).toEqual([]);
    const known = await requestsOf(assetId);
    const again = await send(1, path, cookie, { seed: 1 }, { 'idempotency-key': 'kept' });
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      200,
      first.text,
      'true',
    ]);
    const refusals = [
      await send(0, path, cookie, { seed: 1 }),
      await send(0, path, cookie, { seed: 1 }, { 'idempotency-key': 'new' }),
      await send(0, path, cookie, { seed: 'x' }, { 'idempotency-key': 'new' }),
    ];
    expect(refusals.map(({ status, headers }) => [status, headers.get('x-error-code')])).toEqual(
      Array(3).fill([429, 'rate_limited']),
    );
    expect((await send(0, path, cookie, { seed: 2 }, { 'idempotency-key': 'kept' })).status).toBe(422);
    expect(await requestsOf(assetId)).toHaveLength(known.length);
  });
});

describe('an X-Request-Id that a client never changes', () => {
  it('swallows nothing: it is shown, and decides nothing', async () => {
    const { assetId, cookie } = await owner();
    const path = `/api/assets/${assetId}/regenerate`;
    const call = (n: number) => send(n, path, cookie, {}, { 'x-request-id': 'always-the-same' });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => call(n)));
    expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(
      Array(10).fill('always-the-same'),
    );
    const numbers = answers.map(({ text }) => JSON.parse(text).generation as number);
    expect(numbers.sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(new Set(answers.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(10);
  });
});

describe('two processes that carry one command out at once', () => {
  it('give the answer that was recorded first, byte for byte, also where theirs would have differed', async () => {
    const { id } = await owner();
    const call = { callerId: id, key: 'both', fingerprint: 'f', after: 0 };
    const copies = [gateway.service, other].map(({ app }) => app.get(Claims));
    const claims = await Promise.all(copies.map((each) => each.claim(call) as Promise<Claim>));
    expect(new Set(claims.map(({ commandId }) => commandId)).size).toBe(1);
    const answers = await Promise.all(
      copies.map((each, n) => each.answer(call, claims[n] as Claim, { status: 200, body: { from: n } })),
    );
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(answers.map(({ replayed: again }) => again).sort()).toEqual([false, true]);
  });

  it('do what was chosen first, and their answer still finds its place', async () => {
    const { id } = await owner();
    const call = { callerId: id, key: 'planned', fingerprint: 'f', after: 0 };
    const [one, two] = [gateway.service, other].map(({ app }) => app.get(Claims)) as [Claims, Claims];
    const claim = (await one.claim(call)) as Claim;
    const first = await one.plan(call, claim, async () => ['a']);
    const second = await two.plan(call, claim, async () => ['b']);
    expect([first.plan, second.plan, second.version]).toEqual([['a'], ['a'], first.version]);
    const later = (await two.claim(call)) as Claim;
    expect(later).toMatchObject({ commandId: claim.commandId, plan: ['a'] });
    expect(await two.answer(call, later, { status: 200, body: 'done' })).toMatchObject({ replayed: false });
    expect(await one.claim(call)).toEqual({ status: 200, body: 'done' });
  });

  it('store an upload once and answer with its address 20 times', async () => {
    const { cookie } = await owner();
    const png = await photoLike({ width: 256, height: 256, seed: 1 });
    const copy = async (_: unknown, n: number) => {
      const body = new FormData();
      body.append('file', new Blob([new Uint8Array(png)]), 'a.jpg');
      const url = `http://127.0.0.1:${n % 2 ? other.port : gateway.service.port}/api/v1/upload`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { cookie, 'idempotency-key': 'file' },
        body,
      });
      return { status: answer.status, text: await answer.text(), headers: answer.headers };
    };
    const answers = await Promise.all(Array.from({ length: 20 }, copy));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect([new Set(answers.map(({ text }) => text)).size, replayed(answers)]).toEqual([1, 19]);
  });
});
