import { Logger } from '@nestjs/common';
import type { Allowance, RateLimiter } from './rate-limiter.js';

/** Milliseconds between two lines of the log about one outage. */
const QUIET_MS = 60_000;

/**
 * The shared counts, and this gateway's own while they cannot be had. A limit guards against floods, not against
 * outages: refusing everybody would turn a hiccup of the counter into an outage of the service, counting nothing
 * would leave the rest of it open to a flood. Each gateway then allows the whole number, for as long as it lasts.
 */
export class SurvivingRateLimiter implements RateLimiter {
  private readonly logger = new Logger('RateLimiter');
  private saidAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly shared: RateLimiter,
    private readonly own: RateLimiter,
  ) {}

  take(key: string, limit: number, windowMs?: number): Promise<Allowance> {
    return this.either((limiter) => limiter.take(key, limit, windowMs));
  }

  giveBack(key: string, limit: number, windowMs?: number): Promise<Allowance> {
    return this.either((limiter) => limiter.giveBack(key, limit, windowMs));
  }

  private async either(ask: (limiter: RateLimiter) => Promise<Allowance>): Promise<Allowance> {
    try {
      return await ask(this.shared);
    } catch (error) {
      this.tell(error);
      return ask(this.own);
    }
  }

  private tell(error: unknown): void {
    const now = performance.now();
    if (now - this.saidAt < QUIET_MS) return;
    this.saidAt = now;
    const reason = error instanceof Error ? error.message : String(error);
    this.logger.warn(`rate limits are counted by this gateway alone: ${reason}`);
  }
}
