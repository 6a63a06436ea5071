import { Pool } from 'pg';

/** Nest token of the pg Pool. */
export const DATABASE = Symbol('Database');

/** A small pool: the notifier asks PostgreSQL for positions and secrets only. It connects on first use. */
export function openPool(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: 'zoetrope-notifier',
    max: 4,
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  return pool;
}
