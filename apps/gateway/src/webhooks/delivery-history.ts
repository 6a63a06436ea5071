import { Injectable } from '@nestjs/common';
import {
  DELIVERIES_LISTED,
  type DeliveryItem,
  type DeliveryStatus,
  MAX_REPLAYED,
} from '@zoetrope/contracts/api/webhooks';
import type { DeliveryRow } from '@zoetrope/projections/rows';
import { DataSource } from 'typeorm';
import { fieldError } from '../http/api-error.js';

/** A delivery as the views have it, and the stream its facts stand on. */
export interface DeliveryRecord extends DeliveryRow {
  readonly stream: 'ASSETS' | 'TENANTS';
}

/** What a replay has to know of one. */
export interface Replayable {
  readonly id: string;
  readonly stream: 'ASSETS' | 'TENANTS';
  readonly seq: number;
}

export interface Range {
  /** Unix ms; `to` is not in it. */
  readonly from: number;
  readonly to: number;
  readonly status?: DeliveryStatus;
}

export interface Listing {
  readonly status?: DeliveryStatus;
  readonly cursor?: string;
  readonly limit: number;
}

/** All deliveries of project $1. */
const ALL = `
  SELECT d.*, 'ASSETS' AS stream FROM views.delivery d WHERE project_id = $1
  UNION ALL SELECT d.*, 'TENANTS' AS stream FROM views.endpoint_delivery d WHERE project_id = $1`;

/** The newest first; several may be of one millisecond. */
const NEWEST = `SELECT * FROM (${ALL}) d ORDER BY created_at DESC, id DESC LIMIT ${DELIVERIES_LISTED}`;

/** Webhook deliveries as the log told them, read from the views. */
@Injectable()
export class DeliveryHistory {
  constructor(private readonly database: DataSource) {}

  /** The last 1000 of a project, newest first. @throws ApiError 400 for a cursor that is none */
  async page(
    projectId: string,
    { status, cursor, limit }: Listing,
  ): Promise<{ items: DeliveryItem[]; next_cursor: string | null }> {
    const [before, id] = parsedCursor(cursor);
    const found = await this.rows(
      `SELECT to_jsonb(d) AS row FROM (${NEWEST}) d
       WHERE ($2::text IS NULL OR status = $2) AND ($3::bigint IS NULL OR (created_at, id) < ($3, $4))
       ORDER BY created_at DESC, id DESC LIMIT $5`,
      [projectId, status ?? null, before, id, limit + 1],
    );
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = last && found.length > limit ? `${last.created_at}.${last.id}` : null;
    return { items: shown.map(itemOf), next_cursor: next };
  }

  async one(projectId: string, id: string): Promise<DeliveryRecord | undefined> {
    const text = `SELECT to_jsonb(d) AS row FROM (${ALL}) d WHERE id = $2`;
    const [row] = await this.rows(text, [projectId, id]);
    return row;
  }

  /** How many of a range a replay would send. */
  async count(projectId: string, range: Range): Promise<number> {
    const [row] = await this.database.query(
      `SELECT count(*)::int AS count FROM (${ALL}) d ${IN_RANGE}`,
      parametersOf(projectId, range),
    );
    return row.count;
  }

  /** The oldest of a range, as many as one call may send, and where the next call goes on. */
  async chosen(projectId: string, range: Range): Promise<{ chosen: Replayable[]; nextFrom: number | null }> {
    const found: { id: string; stream: Replayable['stream']; seq: string; created_at: string }[] =
      await this.database.query(
        `SELECT id, stream, source_seq AS seq, created_at FROM (${ALL}) d ${IN_RANGE}
         ORDER BY created_at, id LIMIT ${MAX_REPLAYED + 1}`,
        parametersOf(projectId, range),
      );
    const next = found[MAX_REPLAYED];
    const chosen = found
      .slice(0, MAX_REPLAYED)
      .map(({ id, stream, seq }) => ({ id, stream, seq: Number(seq) }));
    return { chosen, nextFrom: next ? Number(next.created_at) : null };
  }

  private async rows(text: string, parameters: unknown[]): Promise<DeliveryRecord[]> {
    const found: { row: DeliveryRecord }[] = await this.database.query(text, parameters);
    return found.map(({ row }) => row);
  }
}

/** What is on its way needs no replay. */
const IN_RANGE = `
  WHERE created_at >= $2 AND created_at < $3 AND source_seq IS NOT NULL
    AND status <> 'pending' AND ($4::text IS NULL OR status = $4)`;

const parametersOf = (projectId: string, { from, to, status }: Range) => [
  projectId,
  from,
  to,
  status ?? null,
];

function parsedCursor(cursor: string | undefined): [before: number | null, id: string | null] {
  if (cursor === undefined) return [null, null];
  const [, before, id] = /^(\d{1,15})\.(dlv_[0-9a-f]{32})$/.exec(cursor) ?? [];
  if (before === undefined || id === undefined) throw fieldError('cursor', 'not a cursor of this list');
  return [Number(before), id];
}

export const itemOf = (row: DeliveryRow): DeliveryItem => ({
  id: row.id,
  event_id: row.event_id,
  event_type: row.event_type,
  asset_id: row.asset_id,
  attempt: row.attempt,
  status: row.status,
  response_code: row.response_code,
  error: row.reason,
  next_attempt_ts: row.next_attempt_at,
  created_at: row.created_at,
  delivered_at: row.delivered_at,
  response_body_preview: row.response_body,
});
