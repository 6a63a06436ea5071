import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { type Answer, type CallOptions, GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: the gateway (also a second copy of it), NATS, PostgreSQL. Quota runs in the test. */
let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway?.stop());

/** Repeats a 503 under its key, as its callers are told to: a slow machine must not fail a test. */
async function decided(target: string, options: CallOptions): Promise<Answer> {
  const answer = await gateway.call(target, options);
  if (answer.status !== 503) return answer;
  const key = answer.headers.get('idempotency-key') ?? '';
  return decided(target, { ...options, headers: { ...options.headers, 'idempotency-key': key } });
}

/** Somebody with `count` assets; asset n is `kinetic` where n is odd. */
async function owner(plan: 'free' | 'pro', count: number) {
  const person = await gateway.person(plan);
  const projectId = await gateway.project(person.cookie);
  const prepare = async (n: number) => {
    const src = `https://images.example.com/${n}.png`;
    const body = { project_id: projectId, src, motion: n % 2 ? 'kinetic' : 'subtle' };
    return (await decided('/api/v1/prepare', { cookie: person.cookie, body })).json.asset_id as string;
  };
  const assets: string[] = [];
  for (let n = 0; n < count; n++) assets.push(await prepare(n));
  const path = `/api/projects/${projectId}/regenerate`;
  const many = (body: unknown = {}, key?: string, port?: number, ask = decided) =>
    ask(path, { cookie: person.cookie, body, headers: key ? { 'idempotency-key': key } : {}, port });
  return { ...person, projectId, assets, prepare, many, path };
}

const requestsOf = async (assetId: string) =>
  (await gateway.service.log.readCurrent(assetSubject(assetId, 'request'))).length;
const idsOf = (list: { asset_id: string }[]) => list.map(({ asset_id }) => asset_id);
const ALL_REFUSED = [429, '{"error":"monthly generation limit reached"}'];

describe('POST /api/projects/:id/regenerate', () => {
  it('asks for one more generation of every asset, newest first, and gives the same answer to a repeat', async () => {
    const { assets, many } = await owner('pro', 3);
    const answer = await many({ motion: 'medium' }, 'all');
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        accepted: assets
          .toReversed()
          .map((asset_id) => ({ asset_id, generation: 2, request_id: expect.any(String) })),
        refused: [],
        next_cursor: null,
      },
    ]);
    const again = await many({ motion: 'medium' }, 'all');
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([answer.text, 'true']);
    expect(await Promise.all(assets.map(requestsOf))).toEqual([2, 2, 2]);
    expect((await many({ motion: 'subtle' }, 'all')).status).toBe(422);
  });

  it('says in a dry run how many, and what they would use, and asks for nothing', async () => {
    const { assets, many, id, projectId, cookie } = await owner('pro', 4);
    await gateway.quota.fillMonth(id, 94);
    const body = { overage_enabled: true, overage_cap: 1 };
    await gateway.call(`/api/projects/${projectId}/billing`, { method: 'PUT', cookie, body });
    const answer = await many({ dry_run: true });
    expect(answer.json).toEqual({
      dry_run: true,
      count: 4,
      would_use: { included: 2, overage: 1, overage_cents: 10, refused: 1 },
      generations: { used: 0, reserved: 98, limit: 100, overage: 0, resets_at: expect.any(Number) },
    });
    expect((await many({ dry_run: true, filter: { motion: 'kinetic' } })).json.count).toBe(2);
    expect(await Promise.all(assets.map(requestsOf))).toEqual([1, 1, 1, 1]);
  });

  it('narrows by what is asked, and says of ids that are not there, or somebody else’s, the same', async () => {
    const { assets, many } = await owner('pro', 3);
    const stranger = (await owner('pro', 1)).assets[0] ?? '';
    const none = '0'.repeat(32);
    const byId = (await many({ filter: { ids: [assets[0], stranger, none] } })).json;
    expect(idsOf(byId.accepted)).toEqual([assets[0]]);
    const missing = { error: 'not found', code: 'not_found' };
    expect(byId.refused).toEqual([
      { asset_id: stranger, ...missing },
      { asset_id: none, ...missing },
    ]);
    expect(await requestsOf(stranger)).toBe(1);
    expect(idsOf((await many({ filter: { motion: 'kinetic' } })).json.accepted)).toEqual([assets[1]]);
    expect((await many({ filter: { mode: 'animate-in' } })).json.accepted).toEqual([]);
    expect((await many({ filter: { status: 'ready' } })).json.accepted).toEqual([]);
  });

  it('goes on where a page ended, and leaves nothing out', async () => {
    const { assets, many, prepare } = await owner('pro', 5);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await many({ limit: 2, ...(cursor && { cursor }) });
      seen.push(...idsOf(json.accepted));
      cursor = json.next_cursor ?? undefined;
      await prepare(100 + seen.length); // What is new meanwhile is not part of it.
    } while (cursor !== undefined);
    expect(seen).toEqual(assets.toReversed());
  });

  it('says what was refused, and is the exact 429 when nothing was accepted; decided anew under its key', async () => {
    const { assets, many, id } = await owner('free', 3);
    const some = (await many()).json;
    expect([some.accepted.length, some.refused.length]).toEqual([2, 1]);
    expect(some.refused[0]).toMatchObject({
      error: 'monthly generation limit reached',
      code: 'quota_exceeded',
    });
    for (const _ of [1, 2]) {
      const none = await many({}, 'later');
      expect([none.status, none.text]).toEqual(ALL_REFUSED);
    }
    await gateway.changePlan(id, 'pro');
    expect(idsOf((await many({}, 'later')).json.accepted)).toEqual(assets.toReversed());
  });

  it('asks for no more once the month is used up, and says so of the rest', async () => {
    const { assets, many, id } = await owner('pro', 25);
    await gateway.quota.fillMonth(id, 72);
    const { accepted, refused } = (await many()).json;
    expect([accepted.length, refused.length]).toEqual([3, 22]);
    expect(new Set([...idsOf(accepted), ...idsOf(refused)])).toEqual(new Set(assets));
    const asked = await Promise.all(assets.map(requestsOf));
    expect(asked.filter((count) => count === 2)).toHaveLength(10);
  });

  it('finishes under its key what it had begun, with the assets of then, each once', async () => {
    const { assets, many, prepare } = await owner('pro', 12);
    const speak = gateway.quota.beSilent();
    const once = (target: string, options: CallOptions) => gateway.call(target, options);
    const first = await many({ filter: { status: 'pending' } }, 'resumed', undefined, once);
    expect([first.status, first.headers.get('idempotency-key')]).toEqual([503, 'resumed']);
    speak();
    await prepare(50);
    const other = await gateway.copy();
    try {
      const copies = await Promise.all(
        Array.from({ length: 6 }, (_, n) =>
          many({ filter: { status: 'pending' } }, 'resumed', n % 2 ? other.port : undefined),
        ),
      );
      expect(copies.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect(new Set(copies.map(({ text }) => text)).size).toBe(1);
      expect(idsOf(copies[0]?.json.accepted)).toEqual(assets.toReversed());
      await until('every asset was asked once more', async () =>
        (await Promise.all(assets.map(requestsOf))).every((count) => count === 2),
      );
    } finally {
      await other.stop();
    }
  });

  it('is the same 404 for no project and for somebody else’s, and 400 for what is wrong', async () => {
    const { path, many } = await owner('pro', 1);
    const { cookie } = await gateway.person();
    for (const target of [path, '/api/projects/prj_none/regenerate']) {
      const answer = await gateway.call(target, { cookie, body: {} });
      expect([answer.status, answer.text]).toEqual([404, '{"error":"not found"}']);
    }
    for (const [body, field] of [
      [{ filter: { ids: ['x'] } }, 'filter'],
      [{ filter: { colour: 'red' } }, 'filter'],
      [{ limit: 101 }, 'limit'],
      [{ cursor: 'x' }, 'cursor'],
      [{ aspect: '1:1' }, 'aspect'],
    ] as const) {
      const answer = await many(body);
      expect([answer.status, Object.keys(answer.json.details.fieldErrors)]).toEqual([400, [field]]);
    }
  });
});
