import type { PrepareAsked } from '@zoetrope/contracts/parameters';

export interface ProxyUrlParts {
  /** Origin of the public door without a trailing slash, such as `https://media.example.com`. */
  readonly publicUrl: string;
  readonly proxyKey: string;
  /** The source address exactly as it was prepared: the asset's id is made of it. */
  readonly src: string;
  readonly asked: PrepareAsked;
  readonly format: 'mp4' | 'jpg';
  /** In signed mode. */
  readonly signed?: ProxySignature;
}

export interface ProxySignature {
  /** Unix seconds from which on the URL is refused. */
  readonly exp: number;
  /** Hex HMAC-SHA256 over `signedText`. */
  readonly sig: string;
}

/**
 * The asset's address for embeds (PRODUCT 4): the parameters as asked, never the current ones, so that
 * no regenerate moves it. Parameters stand in one fixed order, so equal asks give equal text.
 */
export function buildProxyUrl({ publicUrl, proxyKey, src, asked, format, signed }: ProxyUrlParts): string {
  const token = signed ? base64url(src) : sourceToken(src);
  const parts = [contentQuery(asked), signed ? `exp=${signed.exp}&sig=${signed.sig}` : ''];
  const query = parts.filter((part) => part !== '').join('&');
  return `${publicUrl}/v1/${proxyKey}/${token}.${format}${query === '' ? '' : `?${query}`}`;
}

/**
 * What a signed proxy URL's `sig` is made over (PRODUCT 4): `{projectKey}:{srcUrl}:{exp}`, then `:{k=v&…}` when there
 * are content parameters. Two different asks never give the same text: from its end it reads in one way only.
 *
 * @param ask `src`: the source address exactly as its base64url says; `exp`: Unix seconds
 */
export function signedText(ask: Pick<ProxyUrlParts, 'proxyKey' | 'src' | 'asked'> & { exp: number }): string {
  const content = contentQuery(ask.asked);
  return `${ask.proxyKey}:${ask.src}:${ask.exp}${content === '' ? '' : `:${content}`}`;
}

/** The content parameters as one query: names as in the URL, values through encodeURIComponent, sorted by name. */
const contentQuery = (asked: PrepareAsked): string =>
  contentParameters(asked)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/** The parameters that tell assets apart, with their names in the query, sorted by name. */
export function contentParameters(asked: PrepareAsked): [name: string, value: string][] {
  const named = {
    aspect: asked.aspect,
    dur: asked.dur_seconds,
    idem: asked.idem,
    mode: asked.mode,
    motion: asked.motion,
    prompt: asked.prompt_override,
    seed: asked.seed,
  };
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
}

/**
 * A source as one part of a path: readable where every hop on the way keeps it as it is, else base64url.
 * Escapes, queries and empty or dot segments are what browsers and proxies rewrite.
 */
export function sourceToken(src: string): string {
  const rest = src.startsWith('https://') ? src.slice('https://'.length) : undefined;
  const plain = rest !== undefined && /^[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9_~.,@-]+)+$/.test(rest);
  const kept = plain && !/\/\.{1,2}(\/|$)/.test(rest);
  return kept ? rest : base64url(src);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Unpadded base64url (RFC 4648 section 5) of the text's UTF-8. */
export function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit < (left >= 3 ? 4 : left + 1); digit++) {
      out += ALPHABET[(group >> (18 - 6 * digit)) & 63];
    }
  }
  return out;
}
