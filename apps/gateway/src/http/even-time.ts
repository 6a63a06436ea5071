import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { sabotaged } from '@zoetrope/platform/sabotage';
import { ApiError } from './api-error.js';

/** How long "not found" takes at least, ms: several times what the look-ups behind it take. */
const EVEN_MS = 10;
/** A timer is right to the millisecond only; what is left of it is waited out turn by turn of the event loop. */
const TIMER_MS = 2;

/**
 * Runs a look-up whose 404 stands for "nothing there" and for "somebody else's". Finding and decoding what the caller
 * may not have takes a few tenths of a millisecond longer than finding nothing, and a thousand calls would show it, so
 * both end at the same time after their beginning.
 */
export async function inEvenTime<T>(lookUp: () => Promise<T>): Promise<T> {
  const end = performance.now() + EVEN_MS;
  try {
    return await lookUp();
  } catch (error) {
    const isMissing = error instanceof ApiError && error.code === 'not_found';
    if (isMissing && !sabotaged('uneven-time')) await until(end);
    throw error;
  }
}

async function until(end: number): Promise<void> {
  const left = end - performance.now() - TIMER_MS;
  if (left >= 1) await delay(left);
  while (performance.now() < end) await setImmediate();
}
