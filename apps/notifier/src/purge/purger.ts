import { setTimeout as delay } from 'node:timers/promises';
import { sabotaged } from '@zoetrope/platform/sabotage';

/** Nest token of the configured Purgers. */
export const PURGERS = Symbol('Purgers');

/** What a cache is asked to forget. */
export interface PurgeTarget {
  /** `asset-<id>` or `project-<id>`, a tag its entries carry (PRODUCT 4). */
  readonly tag: string;
  /** Embedded addresses of what the tag covers, for caches that know addresses only. Asked for when needed. */
  readonly urls: () => Promise<readonly string[]>;
}

/** A cache in front of the gateways. The gateways' own memory is not one of them: the fence speaks for it. */
export interface Purger {
  /** As it is named in `caches` and `unconfirmed`. */
  readonly name: string;
  /** It fills from another cache of its own, which may bring old bytes back: it is purged a second time. */
  readonly tiered: boolean;
  /** Resolves when the cache has said that it forgot. Rejects, and is asked again, when it did not. */
  purge(target: PurgeTarget, signal: AbortSignal): Promise<void>;
}

export interface Purged {
  readonly purged: readonly string[];
  readonly unconfirmed: readonly string[];
}

export interface PurgeTimes {
  /** Within which a cache has to confirm. */
  readonly limitMs: number;
  /** After the first confirmation of a tiered cache. */
  readonly tierMs: number;
}

const AGAIN_MS = 500;

/** Asks all caches at once, each until it confirms or `limitMs` are over. Never rejects. */
export async function purgeAll(
  purgers: readonly Purger[],
  target: PurgeTarget,
  times: PurgeTimes,
): Promise<Purged> {
  if (sabotaged('no-purge')) return { purged: purgers.map(({ name }) => name), unconfirmed: [] };
  const limit = AbortSignal.timeout(times.limitMs);
  const asked = await Promise.all(
    purgers.map(async (purger) => ({
      name: purger.name,
      ok: await purgeTiers(purger, target, times, limit),
    })),
  );
  const names = (ok: boolean) => asked.filter((one) => one.ok === ok).map(({ name }) => name);
  return { purged: names(true), unconfirmed: names(false) };
}

async function purgeTiers(
  purger: Purger,
  target: PurgeTarget,
  { tierMs }: PurgeTimes,
  limit: AbortSignal,
): Promise<boolean> {
  if (!(await purgeOne(purger, target, limit))) return false;
  if (!purger.tiered) return true;
  await delay(tierMs, undefined, { signal: limit }).catch(() => {}); // over, the second purge fails by itself
  return purgeOne(purger, target, limit);
}

async function purgeOne(purger: Purger, target: PurgeTarget, limit: AbortSignal): Promise<boolean> {
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  const isOver = () => late.reject(limit.reason);
  limit.addEventListener('abort', isOver, { once: true });
  try {
    while (!limit.aborted) {
      try {
        await Promise.race([purger.purge(target, limit), late.promise]);
        return true;
      } catch {
        // Its name in `unconfirmed` is the report; until then the next ask may well succeed.
        await delay(AGAIN_MS, undefined, { signal: limit }).catch(() => {});
      }
    }
    return false;
  } finally {
    limit.removeEventListener('abort', isOver);
  }
}
