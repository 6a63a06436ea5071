import { setTimeout as delay } from 'node:timers/promises';
import { ATTEMPT_WAITS_MS } from '@zoetrope/domain/generation-steps';

/** Longest wait for the other side's sake: whoever waits here holds a place that others need. */
const MAX_WAIT_MS = 10_000;

/**
 * Tries up to three times, waiting 0, 1 and 4 s (or `retryAfterMs` of the failure, up to 10 s), while the failure is
 * transient. Throws the last failure.
 */
export async function withWaits<T>(
  work: () => Promise<T>,
  isTransient: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const wait = ATTEMPT_WAITS_MS[attempt];
      if (signal?.aborted || wait === undefined || !isTransient(error)) throw error;
      const asked = Number((error as { retryAfterMs?: number }).retryAfterMs ?? 0);
      await delay(Math.max(wait, Math.min(asked, MAX_WAIT_MS)), undefined, { signal });
    }
  }
}
