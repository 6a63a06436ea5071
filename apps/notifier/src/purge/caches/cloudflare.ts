import { BaseCache } from 'cloudflare/resources/cache/cache';
import { createClient } from 'cloudflare/tree-shakable';
import type { Purger, PurgeTarget } from '../purger.js';
import { Batches, NotBefore, retryAfterMs } from './batches.js';

export interface CloudflareOptions {
  readonly zoneId: string;
  readonly apiToken: string;
  readonly apiUrl: string;
}

/** Operations of one request on every plan, and how long a refusal without Retry-After is honoured. */
const MOST = 100;
const PAUSE_MS = 12_000;
const GATHER_MS = 50;
const TIMEOUT_MS = 10_000;

/**
 * A Cloudflare zone, by tag and by URL. A tag covers every spelling of an asset's URL; the URL purge has a far wider
 * rate limit and goes first for the address that pages embed.
 * https://developers.cloudflare.com/cache/how-to/purge-cache/
 */
export function cloudflare({ zoneId, apiToken, apiUrl }: CloudflareOptions): Purger {
  const client = createClient({
    resources: [BaseCache],
    apiToken,
    baseURL: apiUrl,
    maxRetries: 0, // its retries know nothing of our batches
    timeout: TIMEOUT_MS,
  });
  const send = async (body: { tags: string[] } | { files: string[] }, signal: AbortSignal) => {
    try {
      await client.cache.purge({ zone_id: zoneId, ...body }, { signal });
    } catch (error) {
      throw isRateLimited(error) ? new NotBefore(retryAfterMs(retryHeader(error), PAUSE_MS)) : error;
    }
  };
  const common = { most: MOST, gatherMs: GATHER_MS, timeoutMs: TIMEOUT_MS };
  const tags = new Batches({ ...common, send: (items, signal) => send({ tags: [...items] }, signal) });
  const files = new Batches({ ...common, send: (items, signal) => send({ files: [...items] }, signal) });
  return {
    name: 'cloudflare',
    // Tiered Cache: a lower tier that was filling from an upper one may bring the old bytes back.
    tiered: true,
    purge: async ({ tag, urls }: PurgeTarget, signal: AbortSignal) => {
      const all = await urls();
      await Promise.all([...all.map((url) => files.add(url, signal)), tags.add(tag, signal)]);
    },
  };
}

const isRateLimited = (error: unknown): boolean => (error as { status?: number }).status === 429;
const retryHeader = (error: unknown): string | null | undefined =>
  (error as { headers?: Headers }).headers?.get?.('retry-after');
