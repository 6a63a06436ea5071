/** One request of a chain of redirects. Header names are in lower case. */
export interface Hop {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** What a caller means for one host only. */
const SECRETS = ['authorization', 'cookie', 'proxy-authorization', 'host'];
const ABOUT_THE_BODY = ['content-type', 'content-length', 'content-encoding', 'content-language'];

/**
 * The request that follows a redirect, as the Fetch standard has it (HTTP-redirect fetch, steps 12 to
 * 15): a POST turns into a GET after 301, 302 and 303, and credentials stay with their own origin.
 */
export function nextHop(hop: Hop, status: number, url: URL): Hop {
  const becomesGet = hop.method === 'POST' && [301, 302, 303].includes(status);
  const dropped = [...(hop.url.origin === url.origin ? [] : SECRETS), ...(becomesGet ? ABOUT_THE_BODY : [])];
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.includes(name))),
    body: becomesGet ? undefined : hop.body,
  };
}
