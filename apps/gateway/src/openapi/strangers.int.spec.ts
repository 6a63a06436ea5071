import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { currentContext } from '@zoetrope/platform/context';
import pg from 'pg';
import { OwnAsset } from '../regenerate/own-asset.js';
import { type Answer, GatewayUnderTest } from '../testing/gateway-under-test.js';
import { type Belongings, nobodys, type Operation, type Probe, probeOf } from '../testing/strangers.js';

/**
 * Anything that belongs to somebody else answers exactly like something that does not exist (PRODUCT 1), on every route
 * of the OpenAPI document. Real: the gateway, NATS, PostgreSQL. How long it takes is measured by `npm run
 * soak:strangers`; here it is held that both ways make the same reads in the same order.
 */
let gateway: GatewayUnderTest;
let owner: Belongings;
let callers: { name: string; headers: Record<string, string> }[];
let callersKey: string;
let operations: Operation[];

const METHODS = ['first', 'last', 'lastSeq', 'read', 'readCurrent', 'readMerged', 'get', 'append'] as const;
/** Reads and writes of each call, by its request id. */
const done = new Map<string, string[]>();
const note = (what: string) => {
  const { requestId } = currentContext();
  if (requestId?.startsWith('probe-')) done.set(requestId, [...(done.get(requestId) ?? []), what]);
};

const { query } = pg.Client.prototype;
function watch(log: EventLog) {
  for (const method of METHODS) {
    const original = log[method].bind(log) as (...args: unknown[]) => unknown;
    Object.assign(log, {
      [method]: (...args: unknown[]) => {
        note(`log.${method}`);
        return original(...args);
      },
    });
  }
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text: string }];
    note(`sql ${(typeof first === 'string' ? first : first.text).replace(/\s+/g, ' ').slice(0, 60)}`);
    return Reflect.apply(query, this, args);
  } as typeof query;
}

async function ownerOfEverything(): Promise<Belongings> {
  const { cookie } = await gateway.person('pro');
  const projectId = await gateway.project(cookie);
  const body = { project_id: projectId, src: 'https://images.example.com/a.png' };
  const { json } = await gateway.call('/api/v1/prepare', { cookie, body });
  const token = await gateway.call('/api/user/tokens', { cookie, body: { name: 'server', scope: 'write' } });
  return { projectId, assetId: json.asset_id, tokenId: token.json.id };
}

beforeAll(async () => {
  gateway = await GatewayUnderTest.start({
    RATE_OTHER: '100000',
    RATE_REGENERATE: '100000',
    RATE_PREPARE: '100000',
  });
  owner = await ownerOfEverything();
  const { cookie } = await gateway.person('pro');
  const own = await gateway.project(cookie);
  callersKey = (await gateway.call(`/api/projects/${own}`, { cookie })).json.proxy_key;
  const { json } = await gateway.call('/api/user/tokens', { cookie, body: { name: 'mine', scope: 'write' } });
  callers = [
    { name: 'session', headers: { cookie } },
    { name: 'token', headers: { authorization: `Bearer ${json.token}` } },
  ];
  const document = (await gateway.call('/api/openapi.json')).json;
  operations = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method, path })),
  );
  watch(gateway.service.log);
}, 90_000);
afterAll(async () => {
  pg.Client.prototype.query = query;
  await gateway?.stop();
});

const probes = (of: Belongings): Probe[] =>
  operations.flatMap((operation) => probeOf(operation, of, callersKey) ?? []);

let sent = 0;
async function send({ method, target, body }: Probe, headers: Record<string, string>) {
  const id = `probe-${++sent}`;
  const answer = await gateway.call(target, { method, body, headers: { ...headers, 'x-request-id': id } });
  return { answer, reads: done.get(id) ?? [] };
}

/** What a caller can see, but for what differs between any two calls. */
const seen = ({ status, text, headers }: Answer) => {
  const varying = ['x-request-id', 'date', 'idempotency-key', 'ratelimit-remaining', 'ratelimit-reset'];
  return { status, text, headers: [...headers].filter(([name]) => !varying.includes(name)) };
};

describe('a stranger', () => {
  it('finds no difference between somebody else’s things and nothing, on any route, in the answer or the reads', async () => {
    const [theirs, none] = [probes(owner), probes(nobodys(owner))];
    expect(theirs.length).toBeGreaterThan(20);
    for (const { name: by, headers } of callers) {
      for (const [at, probe] of theirs.entries()) {
        const counterpart = none[at] as Probe;
        // Once before, so that nothing is done for the first time only.
        await send(counterpart, headers);
        const [other, missing] = [await send(probe, headers), await send(counterpart, headers)];
        const where = `${by}: ${probe.name}`;
        expect([where, seen(other.answer)]).toEqual([where, seen(missing.answer)]);
        expect([where, other.reads]).toEqual([where, missing.reads]);
        const refusedToken = by === 'token' && other.answer.status === 403;
        if (!refusedToken)
          expect([where, other.answer.status, other.answer.text]).toEqual([
            where,
            404,
            '{"error":"not found"}',
          ]);
      }
    }
    process.stdout.write(
      `${theirs.length} of ${operations.length} routes name things of somebody; walked by session and by token\n`,
    );
  }, 120_000);

  it('finds nothing under a name with a NUL in it, in any place', async () => {
    const { cookie } = await gateway.person('pro');
    const projectId = await gateway.project(cookie);
    const nul = '%00';
    const places = [
      { projectId: nul, assetId: nul, tokenId: nul },
      { projectId, assetId: nul, tokenId: nul, deliveryId: nul },
    ];
    const found = [];
    for (const probe of places.flatMap(probes).filter(({ target }) => target.includes(nul))) {
      const { answer } = await send(probe, { cookie });
      if (answer.text !== '{"error":"not found"}') found.push([probe.name, answer.status, answer.text]);
    }
    expect(found).toEqual([]);
  }, 60_000);

  it('would be noticed to find one, were it a single read', async () => {
    const assets = gateway.service.app.get(OwnAsset);
    const { ends } = OwnAsset.prototype;
    assets.ends = async function (this: OwnAsset, id: string, ownerId: string) {
      if (id === owner.assetId) await gateway.service.log.lastSeq('asset.00.none.request');
      return ends.call(this, id, ownerId);
    };
    const path = { method: 'get', path: '/api/assets/{id}' };
    const [theirs, none] = [owner, nobodys(owner)].map((of) => probeOf(path, of, callersKey) as Probe);
    const headers = callers[0]?.headers ?? {};
    const [one, two] = [await send(theirs as Probe, headers), await send(none as Probe, headers)];
    assets.ends = ends;
    expect(two.reads.length).toBeGreaterThan(2);
    expect(one.reads).not.toEqual(two.reads);
  });
});
