import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import type { Difference, Tell } from './difference.js';
import type { Rows } from './fold.js';

/** Keys of the tables, as `Rows` names them. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  asset: ['id'],
  generation: ['asset_id', 'number'],
  charge: ['asset_id', 'generation'],
  project: ['id'],
  delivery: ['id'],
  endpoint_delivery: ['id'],
};
const FETCH = 5_000;

/** PostgreSQL's jsonb and text hold neither NUL nor lone surrogates; what stands for them there. */
const asStored = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value;
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null, asStored));

type Row = Readonly<Record<string, unknown>>;

async function* rowsOf(manager: EntityManager, table: string): AsyncGenerator<Row> {
  const cursor = `verified_${table}`;
  await manager.query(
    `DECLARE ${cursor} NO SCROLL CURSOR FOR SELECT to_jsonb(t) AS row FROM views.${table} t`,
  );
  for (;;) {
    const found: { row: Row }[] = await manager.query(`FETCH ${FETCH} FROM ${cursor}`);
    for (const { row } of found) yield row;
    if (found.length < FETCH) break;
  }
  await manager.query(`CLOSE ${cursor}`);
}

/** Compares every column of every row of a table with what the log says. @returns how many rows there should be */
export async function compareRows(
  manager: EntityManager,
  table: string,
  expected: Rows,
  tell: Tell,
): Promise<number> {
  const seen = new Set<string>();
  for await (const row of rowsOf(manager, table)) {
    const key = (KEYS[table] ?? []).map((column) => row[column]).join(' ');
    seen.add(key);
    const should = expected.get(key);
    const where = `views.${table} ${key}`;
    if (!should) tell({ kind: 'row', where, what: 'is there, and the log knows nothing of it', found: row });
    else for (const one of columnsThatDiffer(where, row, should.values, should.by)) tell(one);
  }
  for (const [key, { values, by }] of expected) {
    if (seen.has(key)) continue;
    const [fact] = Object.values(by);
    tell({ kind: 'row', where: `views.${table} ${key}`, what: 'is missing', expected: stored(values), fact });
  }
  return expected.size;
}

function* columnsThatDiffer(
  where: string,
  row: Row,
  values: Row,
  by: Readonly<Record<string, Difference['fact']>>,
): Generator<Difference> {
  for (const [column, found] of Object.entries(row)) {
    // Rows of before an upgrade have no word on whether their bytes are kept: that says that they are.
    const told = column === 'collected' && found === null ? false : found;
    const expected = stored(values[column]);
    if (isDeepStrictEqual(told, expected)) continue;
    yield { kind: 'row', where, what: `${column} differs`, expected, found, fact: by[column] };
  }
}
