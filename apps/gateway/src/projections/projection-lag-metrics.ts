import { Inject, Injectable } from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Metrics } from '@zoetrope/platform/metrics';
import { onceAScrape, within } from '@zoetrope/platform/scraped-metrics';
import { PROJECTIONS } from '@zoetrope/projections/all';
import type { ProjectedStream } from '@zoetrope/projections/projection';
import { LIVE_SCHEMA } from '@zoetrope/projections/projector';
import { DataSource } from 'typeorm';

const ASKING_MS = 2_000;

interface Lag {
  readonly stream: ProjectedStream;
  readonly facts: number;
  /** Age of the oldest fact that the rows do not hold; undefined: it cannot be read. */
  readonly seconds: number | undefined;
}

/** How far PostgreSQL's rows are behind the log, asked at each scrape; no sample while log or database is away. */
@Injectable()
export class ProjectionLagMetrics {
  constructor(
    metrics: Metrics,
    private readonly database: DataSource,
    @Inject(EVENT_LOG) private readonly log: EventLog,
  ) {
    const collect = onceAScrape(async () => {
      const lags = await within(ASKING_MS, this.lags());
      facts.reset();
      seconds.reset();
      for (const lag of lags ?? []) {
        facts.set({ stream: lag.stream }, lag.facts);
        if (lag.seconds !== undefined) seconds.set({ stream: lag.stream }, lag.seconds);
      }
    });
    const facts = metrics.gauge('projection_lag_facts', {
      help: 'sequences of the stream that are not in the read models',
      labelNames: ['stream'],
      collect,
    });
    const seconds = metrics.gauge('projection_lag_seconds', {
      help: 'age of the oldest fact that is not in the read models',
      labelNames: ['stream'],
      collect,
    });
  }

  private async lags(): Promise<Lag[]> {
    const rows: { stream: string; position: string }[] = await this.database.query(
      `SELECT stream, position FROM ${LIVE_SCHEMA}.projection_position`,
    );
    const positions = new Map(rows.map(({ stream, position }) => [stream, Number(position)]));
    return Promise.all(PROJECTIONS.map(({ stream }) => this.lagOf(stream, positions.get(stream) ?? 0)));
  }

  private async lagOf(stream: ProjectedStream, position: number): Promise<Lag> {
    const { lastSeq } = await this.log.streamInfo(stream);
    const facts = Math.max(0, lastSeq - position);
    return { stream, facts, seconds: facts === 0 ? 0 : await this.ageOf(stream, position + 1) };
  }

  private async ageOf(stream: ProjectedStream, seq: number): Promise<number | undefined> {
    const oldest = await this.log.get(stream, seq).catch(() => undefined);
    return oldest && Math.max(0, Date.now() - oldest.meta.ts) / 1_000;
  }
}
