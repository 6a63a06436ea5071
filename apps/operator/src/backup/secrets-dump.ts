import type { Client } from 'pg';
import { OperatorError } from '../connections.js';

/** A row of a table of the schema `secrets`, as JSON. */
export interface SecretRow {
  readonly table: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** Counters whose loss costs nothing: not worth a place in a backup. */
const LEFT_OUT = new Set(['rate_window']);
const AT_ONCE = 500;

const quoted = (name: string): string => `secrets."${name.replaceAll('"', '""')}"`;

/** Tables of the schema, each after those that it refers to. */
async function tables(database: Client): Promise<string[]> {
  const { rows } = await database.query<{ name: string; needs: string[] }>(
    `SELECT c.relname AS name,
       array(SELECT r.relname::text FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS needs
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'secrets' AND c.relkind = 'r' ORDER BY c.relname`,
  );
  const left = rows.filter(({ name }) => !LEFT_OUT.has(name));
  const order: string[] = [];
  while (left.length > 0) {
    const next = left.findIndex(({ needs }) => needs.every((name) => order.includes(name)));
    if (next < 0) throw new Error('the tables of secrets refer to each other in a circle');
    order.push(...left.splice(next, 1).map(({ name }) => name));
  }
  return order;
}

/** Every row of the schema as it is at one moment. */
export async function dumpSecrets(
  database: Client,
  write: (row: SecretRow) => Promise<void>,
): Promise<number> {
  await database.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  let count = 0;
  for (const table of await tables(database)) {
    const { rows } = await database.query<{ row: SecretRow['row'] }>(
      `SELECT to_jsonb(t) AS row FROM ${quoted(table)} t`,
    );
    for (const { row } of rows) await write({ table, row });
    count += rows.length;
  }
  await database.query('COMMIT');
  return count;
}

/**
 * Puts rows back in place of all there are, in one transaction.
 * @throws OperatorError when the tables are not there
 */
export async function putBackSecrets(database: Client, all: readonly SecretRow[]): Promise<number> {
  const known = await tables(database);
  const missing = all.find(({ table }) => !known.includes(table));
  if (known.length === 0 || missing)
    throw new OperatorError(
      `the database has no table secrets.${missing?.table ?? '*'}: start a gateway of this version on it once, stop it, and repeat`,
    );
  await database.query('BEGIN');
  await database.query(`TRUNCATE ${known.map(quoted).join(', ')}`);
  for (const table of known) {
    const rows = all.filter((one) => one.table === table).map(({ row }) => row);
    for (let at = 0; at < rows.length; at += AT_ONCE)
      await database.query(
        `INSERT INTO ${quoted(table)} SELECT * FROM jsonb_populate_recordset(NULL::${quoted(table)}, $1::jsonb)`,
        [JSON.stringify(rows.slice(at, at + AT_ONCE))],
      );
  }
  await database.query('COMMIT');
  return all.length;
}
