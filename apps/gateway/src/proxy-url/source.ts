import { createHash } from 'node:crypto';
import { AssetId } from '@zoetrope/contracts/ids';
import { canonicalAsset, type PrepareAsked } from '@zoetrope/contracts/parameters';

/** Longest source address in characters (PRODUCT 7). */
const MAX_SOURCE = 2048;

const webUrl = (text: string): URL | undefined => {
  // The WHATWG parser drops tabs and newlines and reads backslashes as slashes; what a log, a lint and a
  // browser would then see differ, so such text is no address here.
  if (/[\s\\]/.test(text) || hasControl(text) || !/^https?:\/\/[^/]/i.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hostname === '') return undefined;
  return url;
};

const hasControl = (text: string): boolean => {
  for (const char of text) if (char < ' ' || char === '\u007f') return true;
  return false;
};

/**
 * One spelling for one source: absolute http(s), host in lower case, no default port, no fragment, dot
 * segments resolved (WHATWG URL). A source on this service's own host gets this service's own scheme.
 *
 * @param publicUrl origin of this installation
 * @returns undefined when it is no such address, carries credentials or exceeds 2048 characters
 */
export function normalizeSource(source: string, publicUrl: string): string | undefined {
  const url = webUrl(source);
  if (url === undefined) return undefined;
  const own = new URL(publicUrl);
  // Assigning `protocol` forgets a port that is the new scheme's default, so compare before assigning.
  if (url.host === own.host) url.protocol = own.protocol;
  url.hash = '';
  return url.href.length > MAX_SOURCE ? undefined : url.href;
}

/** True for addresses that this service itself answers, uploads among them. */
export const isOwnSource = (source: string, publicUrl: string): boolean =>
  new URL(source).host === new URL(publicUrl).host;

/**
 * May a project use this source? Its origin or a parent domain must be allowed; own uploads always are.
 * An entry with a scheme or a port must match them exactly; a bare domain allows itself and every
 * subdomain, on https at its default port or http at its own.
 *
 * @param source a normalised source
 */
export function isAllowedSource(
  source: string,
  allowedOrigins: readonly string[],
  publicUrl: string,
): boolean {
  const url = new URL(source);
  if (isOwnSource(source, publicUrl)) return true;
  return allowedOrigins.some((entry) => allows(entry, url));
}

function allows(entry: string, source: URL): boolean {
  const schemed = /^https?:\/\//i.test(entry);
  const allowed = URL.parse(schemed ? entry : `https://${entry}`);
  if (allowed === null || allowed.hostname === '') return false;
  if (schemed && allowed.protocol !== source.protocol) return false;
  if (allowed.port !== source.port) return false;
  return source.hostname === allowed.hostname || isSubdomain(source.hostname, allowed.hostname);
}

function isSubdomain(host: string, parent: string): boolean {
  // An address has no parent domain: 1.0.0.127 would otherwise be "under" 0.0.127; nor has a single label.
  const isAddress = /^[\d.]+$/.test(parent) || parent.startsWith('[');
  return !isAddress && parent.includes('.') && host.endsWith(`.${parent}`);
}

/**
 * The name of an asset for ever: 32 hex characters of SHA-256 over what was asked (PRODUCT 3.1).
 *
 * @param source a normalised source
 */
export function assetIdOf(projectId: string, source: string, asked: PrepareAsked): AssetId {
  const canonical = canonicalAsset(projectId, source, wellFormed(asked));
  return AssetId.parse(createHash('sha256').update(canonical).digest('hex').slice(0, 32));
}

/** A lone surrogate cannot travel in a URL; both ways of asking then name the same asset. */
export const wellFormed = (asked: PrepareAsked): PrepareAsked => ({
  ...asked,
  ...(asked.prompt_override !== undefined && { prompt_override: asked.prompt_override.toWellFormed() }),
  ...(asked.idem !== undefined && { idem: asked.idem.toWellFormed() }),
});
