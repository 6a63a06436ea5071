import type { DataSource } from 'typeorm';
import { BEFORE_PREFIX } from './rebuild.js';

/** Tables that a replay took the place of. */
export interface KeptTables {
  readonly schema: string;
  /** On disk, indexes included. */
  readonly bytes: number;
}

/** What replays have kept, oldest first. */
export async function keptTables(database: Pick<DataSource, 'query'>): Promise<KeptTables[]> {
  const rows: { schema: string; bytes: string }[] = await database.query(
    `SELECT n.nspname AS schema, coalesce(sum(pg_total_relation_size(c.oid)), 0) AS bytes
     FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
     WHERE starts_with(n.nspname, $1) GROUP BY 1 ORDER BY right(n.nspname, 17), 1`,
    [BEFORE_PREFIX],
  );
  return rows.map(({ schema, bytes }) => ({ schema, bytes: Number(bytes) }));
}

/** Drops what a replay kept. @throws Error for a schema of another kind */
export async function dropKept(database: Pick<DataSource, 'query'>, schema: string): Promise<void> {
  if (!/^views_before_[a-z]+_\d{17}$/.test(schema)) throw new Error(`${schema} was not kept by a replay`);
  await database.query(`DROP SCHEMA ${schema} CASCADE`);
}
