import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';

/** Milliseconds between sweeps. Every gateway sweeps; who comes second finds nothing. */
const EVERY_MS = 10 * 60_000;

/** Rows that no reader takes for valid any more. */
const SWEEPS: readonly Prepared[] = [
  { name: 'sweep-windows', text: 'DELETE FROM rate_window WHERE ends_at < now()' },
  { name: 'sweep-sessions', text: 'DELETE FROM session WHERE "expiresAt" < now()' },
  { name: 'sweep-verifications', text: 'DELETE FROM verification WHERE "expiresAt" < now()' },
];

/** Keeps what expires by itself from piling up. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Sweeper.name);
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly database: SecretsPool) {}

  onApplicationBootstrap(): void {
    const tick = () => {
      this.running = this.sweep().catch((error: unknown) =>
        this.logger.warn(`a sweep failed: ${error instanceof Error ? error.message : String(error)}`),
      );
    };
    this.timer = setInterval(tick, EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  async sweep(): Promise<void> {
    for (const statement of SWEEPS) await this.database.rows(statement, []);
  }
}
