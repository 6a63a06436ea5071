import { Inject, Injectable } from '@nestjs/common';
import type { ManyFilter } from '@zoetrope/contracts/api/regenerate-many';
import type { AssetId, ProjectId } from '@zoetrope/contracts/ids';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { DataSource } from 'typeorm';
import { Positions } from '../projections/positions.js';

/** Longest wait for the views, so that what the caller has just prepared is among the chosen, ms. */
const CATCH_UP_MS = 1_000;

export interface Page {
  /** Assets created before this sequence; undefined: from the newest. */
  readonly before?: number;
  readonly limit: number;
}

export interface Chosen {
  /** Newest first. */
  readonly ids: readonly AssetId[];
  /** `before` of the next page; null: there is none. */
  readonly next: number | null;
}

const MATCHING = `FROM views.asset
  WHERE project_id = $1 AND NOT deleted AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR motion = $3)
    AND ($4::text IS NULL OR mode = $4) AND ($5::text[] IS NULL OR id = ANY ($5))`;

const matching = (projectId: ProjectId, { status, motion, mode, ids }: ManyFilter) => [
  projectId,
  status ?? null,
  motion ?? null,
  mode ?? null,
  ids ?? null,
];

/** Which assets of a project a filter names, as PostgreSQL's views have them. */
@Injectable()
export class ChosenAssets {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly database: DataSource,
    private readonly positions: Positions,
  ) {}

  async page(projectId: ProjectId, filter: ManyFilter, { before, limit }: Page): Promise<Chosen> {
    await this.caughtUp();
    const rows: { id: AssetId; created_seq: string }[] = await this.database.query(
      `SELECT id, created_seq ${MATCHING} AND created_seq < $6 ORDER BY created_seq DESC LIMIT $7`,
      [...matching(projectId, filter), before ?? Number.MAX_SAFE_INTEGER, limit + 1],
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      ids: shown.map(({ id }) => id),
      next: rows.length > limit && last ? Number(last.created_seq) : null,
    };
  }

  async count(projectId: ProjectId, filter: ManyFilter): Promise<number> {
    await this.caughtUp();
    const [row] = await this.database.query(
      `SELECT count(*)::int AS n ${MATCHING}`,
      matching(projectId, filter),
    );
    return row.n;
  }

  /** Views that are behind for longer are used as they are: what they lack is chosen by the next call. */
  private async caughtUp(): Promise<void> {
    await this.positions.waitForPosition('ASSETS', await this.log.lastStreamSeq('ASSETS'), CATCH_UP_MS);
  }
}
