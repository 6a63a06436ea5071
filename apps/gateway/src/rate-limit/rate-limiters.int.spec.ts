import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PostgresServer, startPostgres } from '@zoetrope/embedded/postgres';
import { openDatabase } from '../database/open-database.js';
import { SecretsPool } from '../database/secrets-pool.js';
import { InMemoryRateLimiter } from './in-memory-rate-limiter.js';
import { PostgresRateLimiter } from './postgres-rate-limiter.js';
import type { RateLimiter } from './rate-limiter.js';
import { SurvivingRateLimiter } from './surviving-rate-limiter.js';

/** Real: PostgreSQL, and two pools on it as two gateways have. */
let folder: string;
let server: PostgresServer;
let pools: [SecretsPool, SecretsPool];
const clock = { at: 1_000_000, now: () => clock.at };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-limits-'));
  server = await startPostgres({ dataDir: folder, fast: true });
  await (await openDatabase(server.url)).destroy();
  pools = [new SecretsPool({ DATABASE_URL: server.url }), new SecretsPool({ DATABASE_URL: server.url })];
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.onApplicationShutdown()));
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Kind {
  readonly name: string;
  /** Two views of the same counts. */
  readonly make: () => [RateLimiter, RateLimiter];
  /** Lets every window end. */
  readonly endWindows: () => Promise<unknown>;
}

const inMemory = new InMemoryRateLimiter(clock);
const KINDS: Kind[] = [
  {
    name: 'in memory',
    make: () => [inMemory, inMemory],
    endWindows: async () => {
      clock.at += 3_600_000;
    },
  },
  {
    name: 'in PostgreSQL',
    make: () => [new PostgresRateLimiter(pools[0]), new PostgresRateLimiter(pools[1])],
    endWindows: () => pools[0].pool.query('UPDATE rate_window SET ends_at = now()'),
  },
];

describe.each(KINDS)('a rate limiter $name', ({ make, endWindows }) => {
  it('allows its number in a window that begins with the first call, and again in the next', async () => {
    const [limiter] = make();
    const first = await limiter.take('window', 2);
    expect(first).toMatchObject({ allowed: true, limit: 2, remaining: 1 });
    expect(first.resetMs).toBeGreaterThan(59_000);
    expect(first.resetMs).toBeLessThanOrEqual(60_000);
    const second = await limiter.take('window', 2);
    expect(second).toMatchObject({ allowed: true, remaining: 0 });
    expect(second.resetMs).toBeLessThanOrEqual(first.resetMs);
    expect(await limiter.take('window', 2)).toMatchObject({ allowed: false, remaining: 0 });
    await endWindows();
    expect(await limiter.take('window', 2)).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('allows exactly its number of 60 calls at once through two gateways', async () => {
    const limiters = make();
    const calls = Array.from({ length: 60 }, (_, n) => limiters[n % 2 === 0 ? 0 : 1].take('crowd', 30));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(30);
    const left = answers.filter(({ allowed }) => allowed).map(({ remaining }) => remaining);
    expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  it('has a place again for one given back, however many were refused in between, and never more', async () => {
    const [limiter, other] = make();
    for (let n = 0; n < 3; n++) await limiter.take('back', 3);
    for (let n = 0; n < 5; n++) expect((await other.take('back', 3)).allowed).toBe(false);
    expect(await other.giveBack('back', 3)).toMatchObject({ allowed: true, remaining: 1 });
    expect((await limiter.take('back', 3)).allowed).toBe(true);
    expect((await limiter.take('back', 3)).allowed).toBe(false);
    for (let n = 0; n < 5; n++) await limiter.giveBack('back', 3);
    expect(await limiter.take('back', 3)).toMatchObject({ allowed: true, remaining: 2 });
  });

  it('gives nothing back to a window that is over', async () => {
    const [limiter] = make();
    for (let n = 0; n < 3; n++) await limiter.take('over', 3);
    await endWindows();
    expect((await limiter.giveBack('over', 3)).remaining).toBe(3);
    for (let n = 0; n < 3; n++) expect((await limiter.take('over', 3)).allowed).toBe(true);
    expect((await limiter.take('over', 3)).allowed).toBe(false);
  });

  it('counts keys apart, each with its own length of window', async () => {
    const [limiter] = make();
    await limiter.take('one', 1);
    expect((await limiter.take('two', 1, 900_000)).resetMs).toBeGreaterThan(899_000);
    expect((await limiter.take('one', 1)).allowed).toBe(false);
  });

  it('obeys a limit that was lowered within a window', async () => {
    const [limiter] = make();
    for (let n = 0; n < 5; n++) await limiter.take('lowered', 10);
    expect(await limiter.take('lowered', 5)).toMatchObject({ allowed: false, limit: 5, remaining: 0 });
  });
});

it('writes its windows nowhere but in memory and one unlogged file', async () => {
  const { rows } = await pools[0].pool.query(
    "SELECT relpersistence FROM pg_class WHERE oid = 'rate_window'::regclass",
  );
  expect(rows).toEqual([{ relpersistence: 'u' }]);
});

it('goes on limiting by itself when PostgreSQL is away', async () => {
  const gone = new SecretsPool({ DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' });
  const limiter = new SurvivingRateLimiter(new PostgresRateLimiter(gone), new InMemoryRateLimiter(clock));
  expect(await limiter.take('away', 2)).toMatchObject({ allowed: true, remaining: 1 });
  await limiter.giveBack('away', 2);
  expect((await limiter.take('away', 2)).allowed).toBe(true);
  expect((await limiter.take('away', 2)).allowed).toBe(true);
  expect((await limiter.take('away', 2)).allowed).toBe(false);
  await gone.onApplicationShutdown();
});
