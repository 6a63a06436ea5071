import { Inject, Injectable } from '@nestjs/common';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { AssetRow, GenerationRow } from '@zoetrope/projections/rows';
import { DataSource } from 'typeorm';
import { BoundedMap } from './bounded-map.js';
import { DELETED, type Present, presentOf, presentOfRow } from './present.js';
import { SharedReads } from './shared-reads.js';

/** Where an answer comes from when it does not come from this gateway's memory. */
export type Origin = 'log' | 'database' | 'last-known';

export interface ReadPresent {
  readonly present: Present;
  readonly origin: Origin;
}

/** A player waits on this: longer than a leader's election is answered from PostgreSQL, ms. */
const LOG_MS = 2_000;
const LAST_KNOWN = 20_000;

/** Reads what an asset is now: from the log's leader, else PostgreSQL, else what was last known. */
@Injectable()
export class PresentReader {
  private readonly reads = new SharedReads((assetId) => this.fromLog(assetId));
  private readonly lastKnown = new BoundedMap<Present>(LAST_KNOWN);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly database: DataSource,
  ) {}

  /** `exists` is false only from the log. @throws LogUnavailable when the log does not answer and neither the database nor this gateway knows the asset */
  async read(assetId: string): Promise<ReadPresent> {
    try {
      if (!this.log.isConnected()) throw new LogUnavailable('the log is not connected');
      return { present: this.known(assetId, await this.reads.get(assetId)), origin: 'log' };
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      return await this.withoutLog(assetId, error);
    }
  }

  /** It was deleted: an outage must not bring it back from what was last known. */
  deleted(assetId: string): void {
    this.lastKnown.set(assetId, DELETED);
  }

  private async fromLog(assetId: string): Promise<Present> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new LogUnavailable(`no answer within ${LOG_MS} ms`)), LOG_MS);
    try {
      return presentOf((await Promise.race([readPresent(this.log, assetId), promise])).facts);
    } finally {
      clearTimeout(timer);
    }
  }

  private async withoutLog(assetId: string, error: LogUnavailable): Promise<ReadPresent> {
    try {
      return { present: this.known(assetId, await this.fromDatabase(assetId)), origin: 'database' };
    } catch {
      // The database is gone too, or behind; embeds survive on what this gateway remembers, and say so.
      const present = this.lastKnown.get(assetId);
      if (present === undefined) throw error;
      return { present, origin: 'last-known' };
    }
  }

  private async fromDatabase(assetId: string): Promise<Present> {
    const [row]: { asset: AssetRow; newest: GenerationRow | null }[] = await this.database.query(
      `SELECT to_jsonb(a) AS asset,
         (SELECT to_jsonb(g) FROM views.generation g WHERE g.asset_id = a.id ORDER BY number DESC LIMIT 1) AS newest
       FROM views.asset a WHERE a.id = $1`,
      [assetId],
    );
    // No row says nothing: the asset may be younger than what the view has seen of the log.
    if (row === undefined) throw new Error(`the view does not know ${assetId}`);
    return presentOfRow(row.asset, row.newest ?? undefined);
  }

  private known(assetId: string, present: Present): Present {
    if (present.exists) this.lastKnown.set(assetId, present);
    return present;
  }
}
