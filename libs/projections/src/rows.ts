import type { AssetStatus, GenerationView, Prediction } from '@zoetrope/contracts/api/assets';
import type { DeliveryStatus } from '@zoetrope/contracts/api/webhooks';
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
import type { Project } from '@zoetrope/domain/project';
import type { z } from 'zod';

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
