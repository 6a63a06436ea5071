/**
 * `npm run bench:caller-cost`: what it costs a call to be known and counted, in milliseconds, on a PostgreSQL and a NATS
 * server of its own that sync as in production. The figures of docs/adr/0001 and 0002.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { startNats } from '@zoetrope/embedded/nats';
import { startPostgres } from '@zoetrope/embedded/postgres';

const gateway = (file: string) => import(new URL(`../../apps/gateway/dist/${file}.js`, import.meta.url).href);

const quantile = (sorted: readonly number[], share: number): string =>
  (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2);

/** Runs `call` `count` times, `together` at once, and prints one line. */
async function measure(name: string, count: number, together: number, call: () => Promise<unknown>) {
  for (let warm = 0; warm < 300; warm++) await call();
  const times: number[] = [];
  let begun = 0;
  const started = performance.now();
  const worker = async () => {
    while (begun++ < count) {
      const at = performance.now();
      await call();
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
  const perSecond = Math.round((times.length / (performance.now() - started)) * 1_000);
  times.sort((a, b) => a - b);
  const figures = `p50 ${quantile(times, 0.5)}  p99 ${quantile(times, 0.99)}  ${perSecond}/s`;
  process.stdout.write(`${name.padEnd(40)} ${String(together).padStart(3)} at once  ${figures}\n`);
}

const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-caller-cost-'));
const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres') });
const nats = await startNats({ dataDir: path.join(folder, 'nats'), sync: 'always' });
const config = {
  DATABASE_URL: postgres.url,
  PUBLIC_URL: 'http://localhost:4000',
  ZOETROPE_SECRET_KEY: 'a key of the bench, long enough for it',
};
const { openDatabase } = await gateway('database/open-database');
const { SecretsPool } = await gateway('database/secrets-pool');
const { createAuth } = await gateway('accounts/auth');
const { Sessions } = await gateway('accounts/sessions');
const { PostgresRateLimiter } = await gateway('rate-limit/postgres-rate-limiter');
await (await openDatabase(postgres.url)).destroy();
const pool = new SecretsPool(config);
const auth = createAuth(config, pool.pool);
const sessions = new Sessions(config, auth, pool);
const { cookies } = await sessions.signUp({ email: 'a@example.com', password: 'correct horse', name: 'A' });
const cookie = String(cookies[0]).split(';')[0] ?? '';
const limiter = new PostgresRateLimiter(pool);
const connection = await connect({ servers: nats.url });
const manager = await jetstreamManager(connection);
await manager.streams.add({
  name: 'COUNTS',
  subjects: ['count.>'],
  storage: 'memory',
  allow_msg_counter: true,
} as Parameters<typeof manager.streams.add>[0]);
const one = headers();
one.set('Nats-Incr', '+1');

for (const together of [1, 16]) {
  const count = together === 1 ? 3_000 : 8_000;
  const run = (name: string, call: () => Promise<unknown>) => measure(name, count, together, call);
  await run('session by better-auth', () => auth.api.getSession({ headers: new Headers({ cookie }) }));
  await run('session by our own statement', () => sessions.find(cookie));
  await run('rate limit in PostgreSQL, one user', () => limiter.take('bench', 1_000_000));
  await run('for comparison: a JetStream counter', () =>
    jetstream(connection).publish('count.bench', '', { headers: one }),
  );
}
await connection.close();
await pool.onApplicationShutdown();
await nats.stop();
await postgres.stop();
await rm(folder, { recursive: true, force: true });
