import { setTimeout as delay } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { factReader } from '@zoetrope/eventlog/fact-reader';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { PROJECTIONS } from '@zoetrope/projections/all';
import type { Projection } from '@zoetrope/projections/projection';
import { PositionMoved, Projector } from '@zoetrope/projections/projector';
import { DataSource } from 'typeorm';

/** Advisory lock space of the projectors (any constant nobody else uses), one lock a stream within it. */
const LOCK_SPACE = 7_302_944;
/** How often a copy without the lock looks whether the holder has died, ms. */
const TAKEOVER_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** Keeps one projector a stream running among all copies of the gateway, whatever breaks. */
@Injectable()
export class ProjectionRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(ProjectionRunner.name);
  private stopping = new AbortController();
  private running: Promise<void>[] = [];

  constructor(
    private readonly database: DataSource,
    @Inject(EVENT_LOG) private readonly log: EventLog,
  ) {}

  onApplicationBootstrap(): void {
    this.resume();
  }

  async onModuleDestroy(): Promise<void> {
    await this.pause();
  }

  /** Starts to project, or to wait for the copy that does. */
  resume(): void {
    this.stopping = new AbortController();
    this.running = PROJECTIONS.map((projection, index) => this.keep(projection, index));
  }

  /** Stops after the batch in hand; another copy takes over. */
  async pause(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  private async keep(projection: Projection, lock: number): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted; ) {
      const began = performance.now();
      try {
        await this.whileLocked(lock, () => this.project(projection));
        failures = 0;
      } catch (error) {
        failures = performance.now() - began > 60_000 ? 1 : failures + 1;
        if (!(error instanceof PositionMoved)) {
          this.logger.error(`${projection.stream}: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
      const pause = failures === 0 ? TAKEOVER_MS : Math.min(100 * 2 ** failures, LONGEST_PAUSE_MS);
      await delay(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  private project(projection: Projection): Promise<void> {
    const onUndecodable = (error: Error, seq: number) =>
      this.logger.error(`${projection.stream} ${seq} is left out of the views: ${error.message}`);
    const { database } = this;
    const log = factReader(this.log);
    return new Projector({ database, log, projection, onUndecodable }).run(this.stopping.signal);
  }

  /**
   * Only saves work: two copies projecting at once are kept right by the position alone. The lock belongs to
   * a connection, so that of a dead process is free at once.
   */
  private async whileLocked(lock: number, work: () => Promise<void>): Promise<void> {
    const connection = this.database.createQueryRunner();
    await connection.connect();
    try {
      const [{ mine }] = await connection.query('SELECT pg_try_advisory_lock($1, $2) AS mine', [
        LOCK_SPACE,
        lock,
      ]);
      if (!mine) return;
      try {
        await work();
      } finally {
        // Where the connection is lost the lock is gone already.
        await connection
          .query('SELECT pg_advisory_unlock($1, $2)', [LOCK_SPACE, lock])
          .catch(() => undefined);
      }
    } finally {
      await connection.release();
    }
  }
}
