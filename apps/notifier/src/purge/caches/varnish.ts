import { request } from 'undici';
import type { Purger, PurgeTarget } from '../purger.js';

/** One Varnish that runs deploy/varnish/zoetrope.vcl: BAN with the tag in a header, from an address in its ACL. */
export const varnish = (url: string): Purger => ({
  name: `varnish ${new URL(url).host}`,
  tiered: false,
  async purge({ tag }: PurgeTarget, signal: AbortSignal) {
    const { statusCode, body } = await request(url, {
      // undici's types name the methods of RFC 9110 only; the parser takes any token.
      method: 'BAN' as 'GET',
      headers: { 'x-zoetrope-tag': tag },
      signal,
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${url} answered BAN with status ${statusCode}`);
  },
});
