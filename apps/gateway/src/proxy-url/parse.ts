import { type ProxyQuery, parseProxyQuery } from './query.js';
import { sourceAsAsked } from './source.js';

export type ProxyFormat = 'mp4' | 'jpg';

export interface ProxyAsk extends ProxyQuery {
  readonly proxyKey: string;
  /** Absolute address, exactly as an equal prepare would have it. */
  readonly source: string;
  /** The whole URL that the base64url stood for, as it was written: what a signature is made over. */
  readonly encoded?: string;
  readonly format: ProxyFormat;
}

/** A proxy URL taken apart, or what is wrong with it in words for the caller. */
export type ParsedProxyUrl = { ok: true; ask: ProxyAsk } | { ok: false; message: string };

const no = (message: string): ParsedProxyUrl => ({ ok: false, message });

/**
 * Takes `/v1/{projectKey}/{src}.{format}?…` apart (PRODUCT 4). Works on the path as it came over the wire:
 * decoding it first would turn `%2F` and `%3F` of a source into something else.
 *
 * @param rawUrl the request target, path and query
 * @param publicUrl origin of this installation
 */
export function parseProxyUrl(rawUrl: string, publicUrl: string): ParsedProxyUrl {
  const cut = rawUrl.indexOf('?');
  const path = cut === -1 ? rawUrl : rawUrl.slice(0, cut);
  const match = /^\/v1\/([^/]+)\/(.+)\.(mp4|jpg)$/s.exec(path);
  if (match === null) return no('expected /v1/{projectKey}/{src}.mp4 or .jpg');
  const [, proxyKey = '', src = '', format] = match;
  const address = sourceOf(src);
  if (address === undefined) return no('src must be an address without https://, or a URL in base64url');
  const source = sourceAsAsked(address, publicUrl);
  if (source === undefined) return no('src is not an http(s) address of at most 2048 characters');
  const parsed = parseProxyQuery(cut === -1 ? '' : rawUrl.slice(cut + 1));
  if (!parsed.ok) return parsed;
  const encoded = isAddress(src) ? undefined : address;
  return { ok: true, ask: { proxyKey, source, encoded, format: format as ProxyFormat, ...parsed.query } };
}

const isAddress = (src: string): boolean => /[./]/.test(src);

/** A `{src}` with a dot or slash is an address, else unpadded base64url (RFC 4648 5) of the whole URL. */
function sourceOf(src: string): string | undefined {
  if (!isAddress(src)) return fromBase64Url(src);
  // `https://…` pasted whole would parse as a host named "https".
  return /^[A-Za-z0-9[_-]/.test(src) && !/^https?:\/\//i.test(src) ? `https://${src}` : undefined;
}

function fromBase64Url(text: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined; // not UTF-8, so not a URL either
  }
}
