import type { AssetStatus, GenerationView, Prediction } from '@zoetrope/contracts/api/assets';
import type { DeliveryStatus } from '@zoetrope/contracts/api/webhooks';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { ServedVideo } from '@zoetrope/contracts/facts/video';
import type { ProjectId } from '@zoetrope/contracts/ids';
import type {
  Aspect,
  LoopMode,
  Mode,
  Motion,
  PrepareAsked,
  RegenerateAsked,
  Resolved,
} from '@zoetrope/contracts/parameters';
import type { ModelName } from '@zoetrope/contracts/plans';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import type { z } from 'zod';
import type { Project } from '../directory/project.js';

/** Rows of schema `views`, columns by their SQL names. Times are Unix ms, sequences those of the fact's stream. */

export interface AssetRow {
  id: string;
  project_id: ProjectId;
  owner_id: string;
  src_url: string;
  asked: PrepareAsked;
  motion: Motion;
  mode: Mode;
  dur_seconds: number;
  aspect: Aspect;
  seed: number | null;
  status: z.infer<typeof AssetStatus>;
  /** Asked numbers of which nothing is known yet. */
  waiting: number[];
  latest_queued: number;
  /** Queued generations that are neither stored nor ended. */
  open: number[];
  /** Stored generations that are not announced. */
  stored: number[];
  /** Everything stored up to this generation is announced; 0 before the first. */
  ready_generation: number;
  /** What is served, switched but maybe not yet announced. */
  video: ServedVideo | null;
  generation_count: number;
  error: string | null;
  created_at: number;
  created_seq: number;
  deleted: boolean;
}

export interface GenerationRow {
  asset_id: string;
  number: number;
  request_seq: number;
  requested_by: string;
  asked: Omit<PrepareAsked, 'seed'> & RegenerateAsked;
  requested_at: number;
  /** Quota allowed it, as far as this stream has told. */
  accepted: boolean;
  status: GenerationView['status'];
  reason: string | null;
  resolved: Resolved | null;
  model: ModelName | null;
  vision_prompt: string | null;
  loop_mode: LoopMode | null;
  key: string | null;
  poster_key: string | null;
  sha256: string | null;
  bytes: number | null;
  predictions: z.infer<typeof Prediction>[];
  ready_at: number | null;
  error_code: string | null;
  error_msg: string | null;
  /** Its bytes are not kept any more; null in rows from before that was told. */
  collected: boolean | null;
}

export interface ChargeRow {
  asset_id: string;
  generation: number;
  owner_id: string;
  period: string;
  project_id: string;
  state: 'reserved' | 'denied' | 'charged' | 'released';
  overage: boolean;
  price_cents: number;
  updated_at: number;
}

export interface ProjectRow {
  id: string;
  owner_id: string;
  proxy_key: string;
  project: Project;
  created_seq: number;
  deleted: boolean;
}

export interface DeliveryRow {
  id: string;
  event_id: string;
  event_type: WebhookEventType;
  /** null for an event that is about no asset, as `generation` is. */
  asset_id: string | null;
  project_id: string;
  generation: number | null;
  attempt: number;
  status: DeliveryStatus;
  response_code: number | null;
  reason: string | null;
  created_at: number;
  created_seq: number;
  delivered_at: number | null;
  /** Sequence of the fact that is told; null in rows from before that was recorded. */
  source_seq: number | null;
  next_attempt_at: number | null;
  response_body: string | null;
}

export interface Tables {
  asset: AssetRow;
  generation: GenerationRow;
  charge: ChargeRow;
  project: ProjectRow;
  /** About assets, from ASSETS. */
  delivery: DeliveryRow;
  /** About no asset, from TENANTS. */
  endpoint_delivery: DeliveryRow;
}
export type TableName = keyof Tables;

/** Primary keys, in the order of the index. */
export const KEYS = {
  asset: ['id'],
  generation: ['asset_id', 'number'],
  charge: ['asset_id', 'generation'],
  project: ['id'],
  delivery: ['id'],
  endpoint_delivery: ['id'],
} as const satisfies Record<TableName, readonly string[]>;

export type Key = readonly (string | number)[];

/** A row by its table and primary key. */
export interface RowRef {
  readonly table: TableName;
  readonly key: Key;
}

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

/** What one stream feeds: which rows a fact touches, and what it makes of them. Pure. */
export interface Projection {
  readonly stream: 'ASSETS' | 'QUOTA' | 'TENANTS';
  readonly tables: readonly TableName[];
  touches(fact: Recorded): readonly RowRef[];
  apply(rows: RowSet, fact: Recorded): void;
}
