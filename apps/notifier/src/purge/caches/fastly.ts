import type { Purger, PurgeTarget } from '../purger.js';
import { Batches, NotBefore, retryAfterMs } from './batches.js';

export interface FastlyOptions {
  readonly serviceId: string;
  readonly apiToken: string;
  readonly apiUrl: string;
}

/** Surrogate keys of one request. */
const MOST = 256;
const PAUSE_MS = 5_000;
const GATHER_MS = 20;
const TIMEOUT_MS = 10_000;

/**
 * A Fastly service, by surrogate key. Hard purges: a soft one would still serve the old bytes while it revalidates.
 * https://www.fastly.com/documentation/reference/api/purging/ (bulk purge)
 */
export function fastly({ serviceId, apiToken, apiUrl }: FastlyOptions): Purger {
  const keys = new Batches({
    most: MOST,
    gatherMs: GATHER_MS,
    timeoutMs: TIMEOUT_MS,
    send: async (items, signal) => {
      const response = await fetch(`${apiUrl}/service/${encodeURIComponent(serviceId)}/purge`, {
        method: 'POST',
        headers: { 'fastly-key': apiToken, accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ surrogate_keys: items }),
        signal,
      });
      await response.arrayBuffer();
      if (response.status === 429)
        throw new NotBefore(retryAfterMs(response.headers.get('retry-after'), PAUSE_MS));
      if (!response.ok) throw new Error(`Fastly answered with status ${response.status}`);
    },
  });
  return {
    name: 'fastly',
    // Shielding: the edge may have asked the shield just before the shield forgot.
    tiered: true,
    purge: ({ tag }: PurgeTarget, signal: AbortSignal) => keys.add(tag, signal),
  };
}
