import type { EntityManager } from 'typeorm';
import type { RowSet } from './row-set.js';
import { KEYS, type RowRef, type TableName, type Tables } from './rows.js';

/** PostgreSQL's jsonb holds neither NUL nor lone surrogates, and one such text must not stop a projector. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\u0000', '\ufffd') : value;

/** Reads and writes rows of one schema of views, whole and by primary key. */
export class RowStore {
  constructor(
    private readonly manager: Pick<EntityManager, 'query'>,
    private readonly schema = 'views',
  ) {}

  /** Puts what the database holds of these rows into the set. */
  async load(rows: RowSet, refs: readonly RowRef[]): Promise<void> {
    for (const table of Object.keys(KEYS) as TableName[]) {
      const wanted = refs.filter((ref) => ref.table === table).map(({ key }) => key);
      if (wanted.length > 0) for (const row of await this.byKeys(table, wanted)) rows.loaded(table, row);
    }
  }

  private async byKeys<T extends TableName>(table: T, keys: readonly RowRef['key'][]): Promise<Tables[T][]> {
    const columns: readonly string[] = KEYS[table];
    const arrays = columns.map((_, at) => keys.map((key) => key[at]));
    const types = arrays.map(
      (values, at) => `$${at + 1}::${typeof values[0] === 'number' ? 'int' : 'text'}[]`,
    );
    const found = await this.manager.query(
      `SELECT to_jsonb(t) AS row FROM ${this.schema}.${table} t
       WHERE (${columns.join(', ')}) IN (SELECT * FROM unnest(${types.join(', ')}))`,
      arrays,
    );
    return found.map(({ row }: { row: Tables[T] }) => row);
  }

  /** Writes what changed. */
  async save(rows: RowSet): Promise<void> {
    const gone = rows.sweptAssets();
    if (gone.length > 0) {
      await this.manager.query(`DELETE FROM ${this.schema}.generation WHERE asset_id = ANY($1)`, [gone]);
      await this.manager.query(`DELETE FROM ${this.schema}.delivery WHERE asset_id = ANY($1)`, [gone]);
    }
    if (rows.sweptEndpoints.size > 0) {
      const text = `DELETE FROM ${this.schema}.endpoint_delivery WHERE project_id = ANY($1)`;
      await this.manager.query(text, [[...rows.sweptEndpoints]]);
    }
    for (const ref of rows.drops()) await this.remove(ref);
    for (const table of Object.keys(KEYS) as TableName[]) await this.upsert(table, rows.changes(table));
  }

  private async remove({ table, key }: RowRef): Promise<void> {
    const columns: readonly string[] = KEYS[table];
    const is = columns.map((column, at) => `${column} = $${at + 1}`).join(' AND ');
    await this.manager.query(`DELETE FROM ${this.schema}.${table} WHERE ${is}`, [...key]);
  }

  private async upsert<T extends TableName>(table: T, changed: Tables[T][]): Promise<void> {
    const [first] = changed;
    if (first === undefined) return;
    const name = `${this.schema}.${table}`;
    const keys: readonly string[] = KEYS[table];
    const updates = Object.keys(first).filter((column) => !keys.includes(column));
    await this.manager.query(
      `INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)
       ON CONFLICT (${keys.join(', ')})
       DO UPDATE SET ${updates.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
      [JSON.stringify(changed, storable)],
    );
  }
}
