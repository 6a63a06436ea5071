import type { EntityManager } from 'typeorm';
import { KEYS, type Key, type TableName } from './rows.js';

/** Rows fetched at once from each side. */
const FETCH = 5_000;

/** A row that is not the same on both sides; a side without it has none. */
export interface RowDifference {
  readonly table: TableName;
  readonly key: Key;
  readonly live?: Readonly<Record<string, unknown>>;
  readonly fresh?: Readonly<Record<string, unknown>>;
}

/** One schema as one transaction sees it. */
export interface Side {
  readonly manager: Pick<EntityManager, 'query'>;
  readonly schema: string;
}

interface Hashed {
  readonly key: Key;
  readonly hash: string;
}

const isText = (column: string): boolean => column !== 'number' && column !== 'generation';

/** Every row of a table by its key, in the order of keys, whole rows hashed. */
async function* hashedRows({ manager, schema }: Side, table: TableName): AsyncGenerator<Hashed> {
  const columns: readonly string[] = KEYS[table];
  // Bytewise, so that the order is the one of `compareKeys` whatever the database's collation.
  const order = columns.map((column) => (isText(column) ? `${column} COLLATE "C"` : column)).join(', ');
  const cursor = `rows_of_${table}`;
  await manager.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR
     SELECT jsonb_build_array(${columns.join(', ')}) AS key, md5(to_jsonb(t)::text) AS hash
     FROM ${schema}.${table} t ORDER BY ${order}`,
  );
  try {
    for (;;) {
      const rows: Hashed[] = await manager.query(`FETCH ${FETCH} FROM ${cursor}`);
      yield* rows;
      if (rows.length < FETCH) return;
    }
  } finally {
    await manager.query(`CLOSE ${cursor}`);
  }
}

function compareKeys(a: Key, b: Key): number {
  for (const [at, one] of a.entries()) {
    const other = b[at] as string | number;
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

async function rowOf({ manager, schema }: Side, table: TableName, key: Key) {
  const where = KEYS[table].map((column, at) => `${column} = $${at + 1}`).join(' AND ');
  const [found] = await manager.query(`SELECT to_jsonb(t) AS row FROM ${schema}.${table} t WHERE ${where}`, [
    ...key,
  ]);
  return found?.row as Record<string, unknown> | undefined;
}

/**
 * Compares two copies of a table, row beside row in the order of their keys, in constant memory.
 * @returns how many rows were compared
 */
export async function compareTable(
  table: TableName,
  live: Side,
  fresh: Side,
  onDifference: (difference: RowDifference) => void,
): Promise<number> {
  const [left, right] = [hashedRows(live, table), hashedRows(fresh, table)];
  let [a, b] = [await left.next(), await right.next()];
  let compared = 0;
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareKeys(a.value.key, b.value.key);
    const key = (order > 0 ? (b.value as Hashed) : (a.value as Hashed)).key;
    if (order !== 0 || (a.value as Hashed).hash !== (b.value as Hashed).hash) {
      onDifference({
        table,
        key,
        live: order > 0 ? undefined : await rowOf(live, table, key),
        fresh: order < 0 ? undefined : await rowOf(fresh, table, key),
      });
    }
    compared++;
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
  return compared;
}
