/** Where a caller stands in the current window. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Counts calls by key, for all gateways together. A window begins with the first call that counts. */
export interface RateLimiter {
  /** Counts one call if there is room. `windowMs` of one key is always the same. */
  take(key: string, limit: number, windowMs?: number): Promise<Allowance>;
  /** Undoes one `take` of the running window: the call turned out not to count. */
  giveBack(key: string, limit: number, windowMs?: number): Promise<Allowance>;
}

/** Nest token of the RateLimiter. */
export const RATE_LIMITER = Symbol('RateLimiter');

/** Length of a window, milliseconds (PRODUCT 7: per user and minute). */
export const WINDOW_MS = 60_000;
