import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';

/** How long a service waits for what it depends on, ms. */
export const BOOT_MS = 60_000;

/**
 * Repeats `attempt` every second or less until it succeeds: at boot the services it needs may still be starting.
 * @throws the last error after `timeoutMs`
 */
export async function retryUntilUp<T>(
  what: string,
  attempt: () => Promise<T>,
  { logger, timeoutMs = BOOT_MS }: { logger?: Logger; timeoutMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (performance.now() >= deadline)
        throw new Error(`${what} did not come up within ${timeoutMs / 1_000} s: ${reason}`, { cause: error });
      if (tries === 0) logger?.info(`waiting for ${what}: ${reason}`);
      await delay(Math.min(100 * 2 ** tries, 1_000));
    }
  }
}
