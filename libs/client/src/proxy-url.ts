/** What makes an asset: other values, another asset (PRODUCT 3.1). Left out, the project's default counts. */
export interface AssetParameters {
  readonly motion?: 'subtle' | 'medium' | 'kinetic';
  readonly mode?: 'loop' | 'animate-in' | 'animate-on-hover';
  /** 2 to 8. */
  readonly dur_seconds?: number;
  readonly aspect?: 'preserve' | '1:1' | '16:9' | '9:16';
  readonly prompt_override?: string;
  /** Integer, 0 to 2³²−1. */
  readonly seed?: number;
  readonly idem?: string;
}

export interface ProxyUrl extends AssetParameters {
  /** Origin of the installation, `https://media.example.com`. */
  readonly url: string;
  readonly projectKey: string;
  /** The whole address of the image, exactly as it is prepared. */
  readonly src: string;
  /** Default mp4. */
  readonly format?: 'mp4' | 'jpg';
}

export interface Signing {
  /** The project's signing secret (`zsk_…`). It belongs on a server, never into a page. */
  readonly secret: string;
  /** Unix seconds from which on the URL is refused. */
  readonly exp: number;
}

/** The address of an asset's current video or poster: it never changes, whatever is regenerated. */
export function buildProxyUrl(ask: ProxyUrl): string {
  return addressOf(ask, sourceToken(ask.src), contentQuery(ask));
}

/**
 * The same for a project in signed mode: HMAC-SHA256 over `{projectKey}:{src}:{exp}`, followed by the content
 * parameters where there are any.
 */
export async function signProxyUrl(ask: ProxyUrl, { secret, exp }: Signing): Promise<string> {
  const content = contentQuery(ask);
  const text = `${ask.projectKey}:${ask.src}:${exp}${content === '' ? '' : `:${content}`}`;
  const signature = `exp=${exp}&sig=${await hmacHex(secret, text)}`;
  return addressOf(ask, base64url(ask.src), content === '' ? signature : `${content}&${signature}`);
}

function addressOf({ url, projectKey, format = 'mp4' }: ProxyUrl, source: string, query: string): string {
  return `${url.replace(/\/+$/, '')}/v1/${projectKey}/${source}.${format}${query === '' ? '' : `?${query}`}`;
}

function contentQuery(asked: AssetParameters): string {
  const named = [
    ['aspect', asked.aspect],
    ['dur', asked.dur_seconds],
    ['idem', asked.idem],
    ['mode', asked.mode],
    ['motion', asked.motion],
    ['prompt', asked.prompt_override],
    ['seed', asked.seed],
  ] as const;
  return named
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`]))
    .join('&');
}

/** Readable where every hop on the way keeps it as it is, else base64url. */
function sourceToken(src: string): string {
  const rest = src.startsWith('https://') ? src.slice('https://'.length) : '';
  const plain = /^[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9_~.,@-]+)+$/.test(rest);
  return plain && !/\/\.{1,2}(\/|$)/.test(rest) ? rest : base64url(src);
}

/** Unpadded base64url (RFC 4648 section 5) of the text's UTF-8. */
function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  const digest = await crypto.subtle.sign('HMAC', key, encoder.encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
