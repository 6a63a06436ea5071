/** A provider that wants longer is asked again after this, ms: a stalled generation helps nobody. */
const MAX_MS = 300_000;

/** `Retry-After` (RFC 9110 10.2.3) in ms from `now`: seconds or a date; undefined without a sane one. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(MAX_MS, Math.max(0, ms)) : undefined;
}
