import { request } from 'undici';
import type { Purger, PurgeTarget } from '../purger.js';

/**
 * One nginx that runs deploy/nginx/zoetrope.conf. nginx has no purge of its own, and the module for it crashes its
 * worker; but a request that bypasses the cache replaces what is stored under its key. So the embedded addresses are
 * fetched anew: the gateway lets nginx keep these alone, so nothing else has to be forgotten.
 */
export const nginx = (url: string, token: string): Purger => ({
  name: `nginx ${new URL(url).host}`,
  tiered: false,
  async purge({ urls }: PurgeTarget, signal: AbortSignal) {
    for (const embedded of await urls()) {
      const { host, pathname, search } = new URL(embedded);
      const { statusCode, body } = await request(`${url}${pathname}${search}`, {
        headers: { host, 'x-zoetrope-refresh': token },
        signal,
      });
      for await (const _ of body); // nginx stores what was read to its end
      if (statusCode >= 500) throw new Error(`${url} answered the refresh with status ${statusCode}`);
    }
  },
});
