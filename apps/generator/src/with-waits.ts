import { setTimeout as delay } from 'node:timers/promises';
import { ATTEMPT_WAITS_MS } from '@zoetrope/domain/generation-steps';

/** Tries up to three times, waiting 0, 1 and 4 s, while the failure is transient. Throws the last failure. */
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
      await delay(wait, undefined, { signal });
    }
  }
}
