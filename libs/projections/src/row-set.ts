import { type DeliveryRow, KEYS, type Key, type RowRef, type TableName, type Tables } from './rows.js';

/** The rows a batch of facts touches, in memory: loaded before, written back after. */
export class RowSet {
  private readonly rows = new Map<string, { ref: RowRef; row: Tables[TableName] }>();
  private readonly changed = new Set<string>();
  private readonly swept = new Set<string>();
  /** Projects whose asset-less deliveries are to go before anything is written. */
  readonly sweptEndpoints = new Set<string>();
  private readonly dropped = new Map<string, RowRef>();

  get<T extends TableName>(table: T, ...key: Key): Tables[T] | undefined {
    return this.rows.get(nameOf({ table, key }))?.row as Tables[T] | undefined;
  }

  /** Puts a row that the database holds. */
  loaded<T extends TableName>(table: T, row: Tables[T]): void {
    const key = keyOf(table, row);
    this.rows.set(nameOf({ table, key }), { ref: { table, key }, row });
  }

  /** Puts a new state of a row. */
  put<T extends TableName>(table: T, row: Tables[T]): void {
    this.loaded(table, row);
    const name = nameOf({ table, key: keyOf(table, row) });
    this.changed.add(name);
    this.dropped.delete(name);
  }

  /** Drops one row. */
  drop<T extends TableName>(table: T, ...key: Key): void {
    const name = nameOf({ table, key });
    this.rows.delete(name);
    this.changed.delete(name);
    this.dropped.set(name, { table, key });
  }

  /** Rows to be gone after the changes are written. */
  drops(): readonly RowRef[] {
    return [...this.dropped.values()];
  }

  /** Drops every generation and delivery of an asset, loaded here or not. */
  sweep(assetId: string): void {
    this.swept.add(assetId);
    for (const [name, { row }] of this.rows) {
      if (!('asset_id' in row) || row.asset_id !== assetId) continue;
      this.rows.delete(name);
      this.changed.delete(name);
    }
  }

  /** Drops every delivery of a project that is about no asset, loaded here or not. */
  sweepEndpoint(projectId: string): void {
    this.sweptEndpoints.add(projectId);
    for (const [name, { ref, row }] of this.rows) {
      if (ref.table !== 'endpoint_delivery' || (row as DeliveryRow).project_id !== projectId) continue;
      this.rows.delete(name);
      this.changed.delete(name);
    }
  }

  /** Assets whose generations and deliveries are to go before anything is written. */
  sweptAssets(): readonly string[] {
    return [...this.swept];
  }

  /** The new states of one table. */
  changes<T extends TableName>(table: T): Tables[T][] {
    const names = [...this.changed].filter((name) => name.startsWith(`${table}/`));
    return names.map((name) => this.rows.get(name)?.row as Tables[T]);
  }
}

const nameOf = ({ table, key }: RowRef): string => `${table}/${key.join('/')}`;
const keyOf = <T extends TableName>(table: T, row: Tables[T]): Key =>
  KEYS[table].map((column) => (row as unknown as Record<string, string | number>)[column] as string | number);
