import type { Prepared, SecretsPool } from '../database/secrets-pool.js';
import { type Allowance, type RateLimiter, WINDOW_MS } from './rate-limiter.js';

/** `ms`: until the window ends, by PostgreSQL's clock, so that gateways need not agree on the time. */
interface Counted {
  readonly used: number;
  readonly ms: number;
}

const LEFT = 'extract(epoch FROM ends_at - now())::float8 * 1000 AS ms';

/**
 * Counts up to one past the limit, which stands for "asked, and refused": a refused call takes no place, so that one
 * given back is there for the next. The row's lock makes concurrent calls of all gateways queue.
 */
const TAKE: Prepared = {
  name: 'rate-take',
  text: `
    INSERT INTO rate_window AS w (key, used, ends_at)
    VALUES ($1, 1, now() + $3::float8 * interval '1 ms')
    ON CONFLICT (key) DO UPDATE SET
      used = CASE WHEN w.ends_at <= now() THEN 1 ELSE least(w.used, $2::int) + 1 END,
      ends_at = CASE WHEN w.ends_at <= now() THEN excluded.ends_at ELSE w.ends_at END
    RETURNING used, ${LEFT}`,
};

const GIVE_BACK: Prepared = {
  name: 'rate-give-back',
  text: `
    UPDATE rate_window SET used = greatest(least(used, $2::int) - 1, 0)
    WHERE key = $1 AND ends_at > now()
    RETURNING used, ${LEFT}`,
};

/** Fixed windows in an unlogged table: one statement a call, no sync (docs/adr/0001-rate-limits-in-postgres.md). */
export class PostgresRateLimiter implements RateLimiter {
  constructor(private readonly database: Pick<SecretsPool, 'rows'>) {}

  async take(key: string, limit: number, windowMs = WINDOW_MS): Promise<Allowance> {
    const [row] = await this.database.rows<Counted>(TAKE, [key, limit, windowMs]);
    if (!row) throw new Error('an upsert returned no row');
    return allowance(row, limit, row.used <= limit);
  }

  async giveBack(key: string, limit: number, windowMs = WINDOW_MS): Promise<Allowance> {
    const [row] = await this.database.rows<Counted>(GIVE_BACK, [key, limit]);
    return allowance(row ?? { used: 0, ms: windowMs }, limit, true);
  }
}

const allowance = ({ used, ms }: Counted, limit: number, allowed: boolean): Allowance => ({
  allowed,
  limit,
  remaining: Math.max(0, limit - used),
  resetMs: Math.max(0, Math.ceil(ms)),
});
