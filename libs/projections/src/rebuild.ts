import type { FactReader } from '@zoetrope/eventlog/fact-reader';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { compareTable, type RowDifference } from './compare-tables.js';
import { holdPositions, livePosition, type Standing } from './live-position.js';
import type { Projection } from './projection.js';
import { LIVE_SCHEMA, Projector } from './projector.js';
import { differentColumns, OTHER_COLUMNS, swapStatement } from './swap-statement.js';
import { createCurrentViews } from './views-41.js';

/** Advisory lock space of rebuilds (any constant nobody else uses), one lock a projection within it. */
const LOCK_SPACE = 7_302_945;
/** How long readers may have to wait behind a swap that cannot have its locks yet, ms; then it lets them pass. */
const LOCK_MS = 250;
/** A replay that was stopped with a lock in hand loses it, ms. */
const IDLE_MS = 10_000;
const SWAP_TRIES = 40;
/** Facts behind the live tables that are few enough to be made up for while the live projector waits. */
const FEW = 200;
const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/** Something stands in a rebuild's way that its operator can mend. */
export class RebuildRefused extends Error {
  override readonly name = 'RebuildRefused';
}

export interface RebuildOptions {
  readonly database: DataSource;
  readonly log: FactReader;
  readonly projection: Projection;
  /** Sequences of the stream: facts up to `target` are to be applied, those up to `position` are. */
  readonly onProgress?: (position: number, target: number) => void;
  readonly onUndecodable?: (error: Error, seq: number) => void;
}

export interface Comparison {
  /** The position at which both sides were read. */
  readonly at: number;
  readonly rows: number;
  readonly differences: number;
}

/** `views_replay_assets`: where the fresh tables grow. */
const freshSchema = ({ name }: Projection): string => `views_replay_${name}`;
/** `views_before_assets_20261122190000`: where the old ones are kept. */
export const BEFORE_PREFIX = 'views_before_';
const beforeSchema = ({ name }: Projection, now: Date): string =>
  `${BEFORE_PREFIX}${name}_${now.toISOString().replace(/\D/g, '').slice(0, 17)}`;

const codeOf = (error: unknown): string | undefined =>
  (error as { driverError?: { code?: string } }).driverError?.code;

/**
 * Makes the tables of one projection again beside the live ones, while those are read and written, and puts them in their
 * place (docs/projections.md says why that goes unnoticed). `begin`, then `fill`, `compare`, `swap`; `end` always.
 */
export class Rebuild {
  private readonly schema: string;
  private target = 0;
  /** Facts applied so far. */
  applied = 0;

  private constructor(
    private readonly options: RebuildOptions,
    private readonly guard: QueryRunner,
  ) {
    this.schema = freshSchema(options.projection);
  }

  /** @throws RebuildRefused when another rebuild of it runs, or the live tables are of another version; NotProjected */
  static async begin(options: RebuildOptions): Promise<Rebuild> {
    const guard = options.database.createQueryRunner();
    await guard.connect();
    const rebuild = new Rebuild(options, guard);
    try {
      await rebuild.takeTurn();
      await rebuild.makeTables();
      await livePosition(options.database, options.projection.stream);
      return rebuild;
    } catch (error) {
      await rebuild.end();
      throw error;
    }
  }

  /** Applies the log up to where the live tables stand. @returns that place */
  async fill(): Promise<Standing> {
    const live = await livePosition(this.options.database, this.options.projection.stream);
    await this.runTo(live);
    return live;
  }

  /** Compares row by row at one position of the log, while both sides go on. */
  async compare(onDifference: (difference: RowDifference) => void): Promise<Comparison> {
    const { database, projection } = this.options;
    return database.transaction('REPEATABLE READ', async (manager) => {
      const live = await livePosition(manager, projection.stream);
      await this.runTo(live);
      // A snapshot of its own: the other one is from before the fresh rows stood there.
      const [rows, differences] = await database.transaction('REPEATABLE READ', (own) =>
        this.compareAll(manager, own, onDifference),
      );
      return { at: live.seq, rows, differences };
    });
  }

  /**
   * Puts the fresh tables in the live ones' place.
   *
   * @param now names the schema in which the old ones are kept
   * @returns that schema
   * @throws RebuildRefused when readers do not let it have the tables, or their columns changed meanwhile
   */
  async swap(now: Date): Promise<string> {
    const before = beforeSchema(this.options.projection, now);
    // Nobody has counted the new tables yet, and the first queries would be planned as if they were empty.
    for (const table of this.options.projection.tables)
      await this.guard.query(`ANALYZE ${this.schema}.${table}`);
    for (let tries = 0; tries < SWAP_TRIES; tries++) {
      await this.comeClose();
      if (await this.trySwap(before)) return before;
    }
    throw new RebuildRefused('the live tables are never free for a moment; nothing was changed, try again');
  }

  /** Lets go of everything, and drops the fresh tables where they took nobody's place. */
  async end(): Promise<void> {
    try {
      if (!this.guard.isReleased && this.mine)
        await this.guard.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
      if (this.mine) await this.guard.query('SELECT pg_advisory_unlock($1, hashtext($2))', this.lock);
    } finally {
      await this.guard.release();
    }
  }

  private mine = false;
  private get lock() {
    return [LOCK_SPACE, this.options.projection.name];
  }

  /** The lock belongs to the connection, so that of a dead replay is free at once. */
  private async takeTurn(): Promise<void> {
    const [{ mine }] = await this.guard.query(
      'SELECT pg_try_advisory_lock($1, hashtext($2)) AS mine',
      this.lock,
    );
    this.mine = mine;
    if (!mine) throw new RebuildRefused(`another replay of ${this.options.projection.name} is running`);
  }

  private async makeTables(): Promise<void> {
    await this.guard.query(`DROP SCHEMA IF EXISTS ${this.schema} CASCADE`);
    for (const statement of createCurrentViews(this.schema)) await this.guard.query(statement);
    const { tables } = this.options.projection;
    const different = await this.guard.query(differentColumns(LIVE_SCHEMA, this.schema, tables));
    if (different.length > 0) throw otherColumns(different[0]);
  }

  private async runTo(live: Standing): Promise<void> {
    const { database, log, projection, onProgress, onUndecodable } = this.options;
    const { created } = await log.streamInfo(projection.stream);
    if (created !== live.created)
      throw new RebuildRefused(
        `the live tables are made from another ${projection.stream} than this log's: let the gateway make them again first`,
      );
    this.target = Math.max(this.target, live.seq);
    const onBatch = (position: number, facts: number) => {
      this.applied += facts;
      onProgress?.(position, this.target);
    };
    const { schema } = this;
    await new Projector({
      ...{ database, log, projection, schema, onBatch, onUndecodable },
      relaxed: true,
    }).runTo(live);
  }

  private async compareAll(
    live: EntityManager,
    fresh: EntityManager,
    onDifference: (difference: RowDifference) => void,
  ): Promise<[rows: number, differences: number]> {
    let [rows, differences] = [0, 0];
    const count = (difference: RowDifference) => {
      differences++;
      onDifference(difference);
    };
    for (const table of this.options.projection.tables) {
      const sides = [
        { manager: live, schema: LIVE_SCHEMA },
        { manager: fresh, schema: this.schema },
      ] as const;
      rows += await compareTable(table, ...sides, count);
    }
    return [rows, differences];
  }

  /** Makes up for most of what came meanwhile, before anybody has to wait. */
  private async comeClose(): Promise<void> {
    for (let last = (await this.fill()).seq; ; ) {
      const live = await this.fill();
      if (live.seq - last <= FEW) return;
      last = live.seq;
    }
  }

  /** @returns false when somebody was reading for too long */
  private async trySwap(before: string): Promise<boolean> {
    const { database, projection } = this.options;
    try {
      await database.transaction(async (manager) => {
        await manager.query(`SET LOCAL idle_in_transaction_session_timeout = ${IDLE_MS}`);
        await holdPositions(manager);
        await this.runTo(await livePosition(manager, projection.stream));
        await manager.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
        await manager.query(swapStatement(projection, this.schema, before));
      });
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === OTHER_COLUMNS) throw otherColumns();
      if (code === LOCK_NOT_AVAILABLE || code === DEADLOCK) return false;
      throw error;
    }
  }
}

const otherColumns = (column?: { table_name: string; column_name: string }): RebuildRefused => {
  const where = column ? ` (${column.table_name}.${column.column_name})` : '';
  return new RebuildRefused(
    `the live tables have other columns than this version makes${where}: an upgrade is under way, ` +
      'replay with the version of the newest gateway',
  );
};
