import type { Recorded } from '@zoetrope/contracts/fact';
import type { Follow } from '@zoetrope/eventlog/event-log';
import type { FactReader } from '@zoetrope/eventlog/fact-reader';
import type { DataSource, EntityManager } from 'typeorm';
import { Batches } from './batches.js';
import type { Projection } from './projection.js';
import { RowSet } from './row-set.js';
import { RowStore } from './row-store.js';

/** Schema of the tables that are read. */
export const LIVE_SCHEMA = 'views';
/** PostgreSQL channel that tells `<schema>:<stream>:<position>` at each commit. */
export const POSITION_CHANNEL = 'zoetrope_views_position';
/** How long one look at a follow's position lasts, ms; it is looked at again. */
const LOOK_MS = 60_000;

/** Another copy moved the position: what was read is stale, begin again. */
export class PositionMoved extends Error {
  override readonly name = 'PositionMoved';
}

/** A fact's place in its stream. */
export interface Place {
  readonly seq: number;
  /** Null: not known any more. */
  readonly id: string | null;
}

interface PositionRow {
  position: string;
  stream_created: string;
  last_fact_id: string | null;
}

export interface ProjectorOptions {
  readonly database: DataSource;
  /** Reads only: a projector can neither append a fact nor ask anybody for anything. */
  readonly log: FactReader;
  readonly projection: Projection;
  /** Schema of the tables; a rebuild beside the live one names another. */
  readonly schema?: string;
  readonly onUndecodable?: (error: Error, seq: number) => void;
  /** Told of each batch that is committed: the new position, and how many facts it had. */
  readonly onBatch?: (position: number, facts: number) => void;
  /** Commits need not be on disk at once: a crash of PostgreSQL costs the newest batches, whole ones. */
  readonly relaxed?: boolean;
}

/**
 * Turns one stream into rows: facts in order, in batches, the position moved in the transaction of the rows
 * (`UPDATE … WHERE position = :read`), so any number of copies may run it and each fact counts once.
 */
export class Projector {
  private readonly schema: string;

  constructor(private readonly options: ProjectorOptions) {
    this.schema = options.schema ?? LIVE_SCHEMA;
  }

  /**
   * Follows the stream until `signal` is aborted.
   * @throws PositionMoved, or what log or database threw; running again goes on where the rows stand
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.project(Number.MAX_SAFE_INTEGER, async (follow) => {
      const stop = () => void follow.stop();
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      await follow.closed.finally(() => signal.removeEventListener('abort', stop));
    });
  }

  /**
   * Applies every fact up to that place, and none after it, and stands there, also where the fact itself is purged.
   * @throws as `run`
   */
  async runTo(place: Place): Promise<void> {
    const position = await this.project(place.seq, async (follow) => {
      while (!(await Promise.race([follow.waitFor(place.seq, LOOK_MS), follow.closed])));
    });
    if (position >= place.seq) return;
    await this.options.database.transaction((manager) => this.move(manager, position, place));
  }

  /** @returns the position when `until` was over and everything read before that is written */
  private async project(last: number, until: (follow: Follow) => Promise<void>): Promise<number> {
    const { log, projection, onUndecodable } = this.options;
    let position = await this.begin();
    if (position >= last) return position;
    const batches = new Batches<Recorded>(async (batch) => {
      position = await this.apply(batch, position);
    });
    const take = (fact: Recorded) => (fact.meta.seq > last ? undefined : batches.add(fact));
    const follow = await log.follow(projection.stream, { from: position + 1, onUndecodable }, take);
    try {
      await Promise.race([until(follow), batches.failed]);
    } finally {
      await follow.stop();
      await batches.written();
    }
    return position;
  }

  /** Where to go on; 0 with empty tables when the log is not the one the rows were made from. */
  private async begin(): Promise<number> {
    const { log, projection, database } = this.options;
    const { created, lastSeq } = await log.streamInfo(projection.stream);
    const [row]: PositionRow[] = await database.query(
      `SELECT position, stream_created, last_fact_id FROM ${this.schema}.projection_position WHERE stream = $1`,
      [projection.stream],
    );
    const position = Number(row?.position ?? 0);
    const same = row !== undefined && row.stream_created === created && position <= lastSeq;
    if (same && (await this.isLastFact(position, row.last_fact_id))) return position;
    await database.transaction((manager) => this.empty(manager, created));
    return 0;
  }

  private async isLastFact(position: number, id: string | null): Promise<boolean> {
    if (position === 0) return true;
    const fact = await this.options.log.get(this.options.projection.stream, position);
    // A purge after a deletion may have taken that very message; the stream's creation time then has to do.
    return fact === undefined || fact.meta.id === id;
  }

  private async empty(manager: EntityManager, created: string): Promise<void> {
    const { stream, tables } = this.options.projection;
    await manager.query(
      `INSERT INTO ${this.schema}.projection_position (stream, position, stream_created) VALUES ($1, 0, $2)
       ON CONFLICT (stream) DO UPDATE SET position = 0, stream_created = $2, last_fact_id = NULL`,
      [stream, created],
    );
    for (const table of tables) await manager.query(`DELETE FROM ${this.schema}.${table}`);
    await this.tell(manager, 0);
  }

  /** @returns the new position */
  private async apply(batch: readonly Recorded[], from: number): Promise<number> {
    const last = batch.at(-1)?.meta;
    if (last === undefined) return from;
    const { database, projection, relaxed, onBatch } = this.options;
    await database.transaction(async (manager) => {
      if (relaxed) await manager.query('SET LOCAL synchronous_commit = off');
      await this.move(manager, from, last);
      const rows = new RowSet();
      const store = new RowStore(manager, this.schema);
      await store.load(
        rows,
        batch.flatMap((fact) => projection.touches(fact)),
      );
      for (const fact of batch) projection.apply(rows, fact);
      await store.save(rows);
      await this.tell(manager, last.seq);
    });
    onBatch?.(last.seq, batch.length);
    return last.seq;
  }

  /** Heard by whoever waits for a position, when the transaction commits. */
  private async tell(manager: EntityManager, position: number): Promise<void> {
    const told = `${this.schema}:${this.options.projection.stream}:${position}`;
    await manager.query('SELECT pg_notify($1, $2)', [POSITION_CHANNEL, told]);
  }

  /** First in the transaction: its row lock makes a second copy wait here and then find the position moved. */
  private async move(manager: EntityManager, from: number, to: Place): Promise<void> {
    const [{ moved }] = await manager.query(
      `WITH moved AS (UPDATE ${this.schema}.projection_position SET position = $1, last_fact_id = $2
         WHERE stream = $3 AND position = $4 RETURNING 1)
       SELECT count(*)::int AS moved FROM moved`,
      [to.seq, to.id, this.options.projection.stream, from],
    );
    if (moved !== 1) throw new PositionMoved(`${this.options.projection.stream} is no longer at ${from}`);
  }
}
