import { parseCidrList } from '@zoetrope/egress/address';
import { checkUrl } from '@zoetrope/egress/url';

/** Whether an address may be fetched is judged when it is (what a name resolves to may change), not here. */
const EVERY_ADDRESS = parseCidrList('0.0.0.0/0,::/0');

/**
 * A source as the log has it: exactly as it was asked, since the asset's id is made of it, except that one on this
 * service's own host gets this service's own scheme.
 *
 * @param publicUrl origin of this installation
 * @returns undefined when it is no http(s) address of at most 2048 characters, or carries credentials
 */
export function sourceAsAsked(source: string, publicUrl: string): string | undefined {
  if (!checkUrl(source, { allow: EVERY_ADDRESS }).ok) return undefined;
  const own = new URL(publicUrl);
  return new URL(source).host === own.host ? source.replace(/^https?:/i, own.protocol) : source;
}

/** True for addresses that this service itself answers, uploads among them. */
export const isOwnSource = (source: string, publicUrl: string): boolean =>
  new URL(source).host === new URL(publicUrl).host;

/**
 * May a project use this source? Its origin or a parent domain must be allowed; own uploads always are.
 * An entry with a scheme or a port must match them exactly; a bare domain allows itself and every
 * subdomain, on https at its default port or http at its own.
 *
 * @param source a source that `sourceAsAsked` let through
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
