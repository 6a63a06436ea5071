import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ProjectedStream } from '@zoetrope/projections/projection';
import { POSITION_CHANNEL } from '@zoetrope/projections/projector';
import type { Client, Notification } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';

/** How far PostgreSQL's views have come, and waiting for them, whichever copy projects. */
@Injectable()
export class Positions implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Positions.name);
  private readonly known = new Map<ProjectedStream, number>();
  private readonly waiters = new Set<() => void>();
  private readonly stopping = new AbortController();
  private listening: Promise<void> = Promise.resolve();

  constructor(private readonly database: DataSource) {}

  onApplicationBootstrap(): void {
    this.listening = this.keepListening();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.listening;
  }

  /**
   * Waits until the rows hold the fact with that sequence.
   * @returns false when they do not within `ms`
   */
  async waitForPosition(stream: ProjectedStream, seq: number, ms: number): Promise<boolean> {
    if (this.isPast(stream, seq)) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => this.isPast(stream, seq) && resolve();
    this.waiters.add(check);
    const timer = setTimeout(resolve, ms);
    try {
      // After the waiter stands: a commit between look and wait would else be missed.
      if (await this.read(stream, seq)) return true;
      await promise;
      return this.isPast(stream, seq) || (await this.read(stream, seq));
    } finally {
      clearTimeout(timer);
      this.waiters.delete(check);
    }
  }

  private isPast(stream: ProjectedStream, seq: number): boolean {
    return (this.known.get(stream) ?? -1) >= seq;
  }

  private async read(stream: ProjectedStream, seq: number): Promise<boolean> {
    const [row] = await this.database.query(
      'SELECT position FROM views.projection_position WHERE stream = $1',
      [stream],
    );
    return Number(row?.position ?? 0) >= seq;
  }

  private async keepListening(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.listen(signal);
      } catch (error) {
        if (!signal.aborted) this.logger.warn(`not hearing of new positions: ${String(error)}`);
      }
      // A rebuild starts positions over; only what was heard on a standing connection may be trusted.
      this.known.clear();
      if (!signal.aborted) await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  private async listen(signal: AbortSignal): Promise<void> {
    const runner: QueryRunner = this.database.createQueryRunner();
    const client: Client = await runner.connect();
    const ended = Promise.withResolvers<void>();
    const hear = ({ payload }: Notification) => this.hear(payload ?? '');
    const stop = () => ended.resolve();
    client.on('notification', hear);
    client.once('error', ended.reject);
    signal.addEventListener('abort', stop);
    try {
      await client.query(`LISTEN ${POSITION_CHANNEL}`);
      if (!signal.aborted) await ended.promise;
      await client.query(`UNLISTEN ${POSITION_CHANNEL}`);
    } finally {
      client.off('notification', hear);
      client.off('error', ended.reject);
      signal.removeEventListener('abort', stop);
      await runner.release();
    }
  }

  private hear(payload: string): void {
    const [schema, stream, position] = payload.split(':');
    if (schema !== 'views') return;
    this.known.set(stream as ProjectedStream, Number(position));
    for (const check of [...this.waiters]) check();
  }
}
