import { setTimeout as delay } from 'node:timers/promises';

/** Nest token of the configured Purgers. */
export const PURGERS = Symbol('Purgers');

/** What a cache is asked to forget. */
export interface PurgeTarget {
  readonly assetId: string;
  readonly projectId: string;
  /** `asset-<id>`, the tag its entries carry (PRODUCT 4). */
  readonly tag: string;
}

/** A cache in front of the gateways. The gateways' own memory is not one of them: the fence speaks for it. */
export interface Purger {
  /** As it is named in `caches` and `unconfirmed`. */
  readonly name: string;
  /** Resolves when the cache has said that it forgot. Rejects, and is asked again, when it did not. */
  purge(target: PurgeTarget, signal: AbortSignal): Promise<void>;
}

export interface Purged {
  readonly purged: readonly string[];
  readonly unconfirmed: readonly string[];
}

const AGAIN_MS = 500;

/** Asks all caches at once, each until it confirms or `limitMs` are over. Never rejects. */
export async function purgeAll(
  purgers: readonly Purger[],
  target: PurgeTarget,
  limitMs: number,
): Promise<Purged> {
  const limit = AbortSignal.timeout(limitMs);
  const asked = await Promise.all(
    purgers.map(async (purger) => ({ name: purger.name, ok: await purgeOne(purger, target, limit) })),
  );
  const names = (ok: boolean) => asked.filter((one) => one.ok === ok).map(({ name }) => name);
  return { purged: names(true), unconfirmed: names(false) };
}

async function purgeOne(purger: Purger, target: PurgeTarget, limit: AbortSignal): Promise<boolean> {
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  limit.addEventListener('abort', () => late.reject(limit.reason), { once: true });
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
}
