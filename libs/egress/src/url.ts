import { isIP } from 'node:net';
import { type AddressRefusal, type Cidr, forbiddenAddress, withArticle } from './address.js';

/** Longest accepted source or webhook address in characters, before and after normalisation. */
export const MAX_URL_LENGTH = 2048;

export type UrlRefusal =
  | { readonly reason: 'malformed' | 'too_long' | 'scheme' | 'credentials'; readonly message: string }
  | {
      readonly reason: 'forbidden_address';
      readonly message: string;
      readonly address: string;
      readonly why: AddressRefusal;
    };

export type CheckedUrl =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly refusal: UrlRefusal };

/** Names that mean an address wherever they are asked (RFC 6761 6.3, and Google's metadata service). */
const WELL_KNOWN_NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'metadata.google.internal': ['169.254.169.254'],
};

/**
 * Judges an address a stranger gave, before anything is asked of the network. A pass is not a licence:
 * a name may resolve to anything, which `guardedFetch` judges at connect time.
 *
 * Ports are free: webhook receivers listen anywhere. Use the returned `url`, never the text: WHATWG
 * normalisation is what turns `http://0x7f.1/` into an address that can be judged.
 */
export function checkUrl(text: string, options: { readonly allow: readonly Cidr[] }): CheckedUrl {
  if (text.length > MAX_URL_LENGTH) return refuse('too_long', `longer than ${MAX_URL_LENGTH} characters`);
  // The URL parser drops tabs and line ends silently, so two readers of the text could see two hosts.
  if (/[\p{Cc}\s]/u.test(text)) return refuse('malformed', 'contains white space or control characters');
  if (!URL.canParse(text)) return refuse('malformed', 'not an absolute URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refuse('scheme', 'only http and https are fetched');
  }
  if (url.username !== '' || url.password !== '') {
    return refuse('credentials', 'must not carry a user name or password');
  }
  // Percent-encoding grows a text that was just short enough.
  if (url.href.length > MAX_URL_LENGTH) return refuse('too_long', `longer than ${MAX_URL_LENGTH} characters`);
  return judgeHost(url, options.allow);
}

/** The host of a URL as DNS and sockets want it: without the brackets of IPv6 and without a root dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function judgeHost(url: URL, allow: readonly Cidr[]): CheckedUrl {
  const host = hostOf(url);
  if (host === '' || host.startsWith('.') || host.includes('..'))
    return refuse('malformed', 'has no valid host');
  const known = host.endsWith('.localhost') ? WELL_KNOWN_NAMES.localhost : WELL_KNOWN_NAMES[host];
  const addresses = isIP(host) !== 0 ? [host] : (known ?? []);
  const verdicts = addresses.map((address) => ({ address, why: forbiddenAddress(address, allow) }));
  const refused = verdicts.find((verdict) => verdict.why !== undefined);
  // A known name passes if one of its addresses is open: which one is used is settled at connect time.
  if (refused?.why === undefined || verdicts.some((verdict) => verdict.why === undefined)) {
    return { ok: true, url };
  }
  const message = `${host} is ${withArticle(refused.why)} address, which this installation does not contact`;
  return { ok: false, refusal: { reason: 'forbidden_address', message, ...refused, why: refused.why } };
}

function refuse(reason: 'malformed' | 'too_long' | 'scheme' | 'credentials', message: string): CheckedUrl {
  return { ok: false, refusal: { reason, message } };
}
