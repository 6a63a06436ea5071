import { Inject, Injectable } from '@nestjs/common';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { assetProjection } from '@zoetrope/projections/asset-projection';
import { RowSet } from '@zoetrope/projections/row-set';
import { RowStore } from '@zoetrope/projections/row-store';
import { DataSource } from 'typeorm';
import { Positions } from '../projections/positions.js';

/** Longest wait for the views to catch up with the asset's last fact, ms (ARCHITECTURE "Read models"). */
const CATCH_UP_MS = 1_000;

/** An asset's rows that are not behind the log. */
@Injectable()
export class FreshRows {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly database: DataSource,
    private readonly positions: Positions,
  ) {}

  /**
   * Learns the asset's last sequence from the leader and waits until the views hold it; when they do not in time,
   * the facts they lack are applied here, by the same functions.
   *
   * @returns rows that differ from the database's; empty when it has caught up
   */
  async since(assetId: string): Promise<RowSet> {
    const subjects = (['request', 'generation', 'video'] as const).map((part) => assetSubject(assetId, part));
    const last = Math.max(...(await Promise.all(subjects.map((subject) => this.log.lastSeq(subject)))));
    const rows = new RowSet();
    if (await this.positions.waitForPosition('ASSETS', last, CATCH_UP_MS)) return rows;
    return this.database.transaction('REPEATABLE READ', async (manager) => {
      const [position] = await manager.query(
        `SELECT position FROM views.projection_position WHERE stream = 'ASSETS'`,
      );
      const from = Number(position?.position ?? 0) + 1;
      const facts = await this.log.readMerged(subjects, { from });
      const refs = facts.flatMap((fact) => assetProjection.touches(fact));
      await new RowStore(manager).load(rows, refs);
      for (const fact of facts) assetProjection.apply(rows, fact);
      return rows;
    });
  }
}
