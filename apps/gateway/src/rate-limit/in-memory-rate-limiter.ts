import type { Clock } from '@zoetrope/platform/clock';
import { type Allowance, type RateLimiter, WINDOW_MS } from './rate-limiter.js';

interface Window {
  readonly endsAt: number;
  used: number;
}

/** How many windows are kept before ended ones are swept out. */
const SWEEP_AT = 10_000;

/** Counts for one gateway: copies would each allow the whole number. What is left while PostgreSQL is away. */
export class InMemoryRateLimiter implements RateLimiter {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  async take(key: string, limit: number, windowMs = WINDOW_MS): Promise<Allowance> {
    const window = this.window(key, windowMs);
    const allowed = window.used < limit;
    if (allowed) window.used += 1;
    return this.allowance(window, limit, allowed);
  }

  async giveBack(key: string, limit: number, windowMs = WINDOW_MS): Promise<Allowance> {
    const window = this.window(key, windowMs);
    window.used = Math.max(0, window.used - 1);
    return this.allowance(window, limit, true);
  }

  private allowance(window: Window, limit: number, allowed: boolean): Allowance {
    const remaining = Math.max(0, limit - window.used);
    return { allowed, limit, remaining, resetMs: window.endsAt - this.clock.now() };
  }

  private window(key: string, windowMs: number): Window {
    const now = this.clock.now();
    const running = this.windows.get(key);
    if (running && running.endsAt > now) return running;
    if (this.windows.size >= SWEEP_AT) this.sweep(now);
    const fresh = { endsAt: now + windowMs, used: 0 };
    this.windows.set(key, fresh);
    return fresh;
  }

  private sweep(now: number): void {
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
  }
}
