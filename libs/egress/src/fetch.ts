import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Cidr } from './address.js';
import { readCapped } from './body.js';
import { FetchClock } from './clock.js';
import { EgressError } from './errors.js';
import { openPinnedSocket } from './pinned-socket.js';
import { type Hop, nextHop } from './redirects.js';
import { type Resolve, resolveAddresses } from './resolver.js';
import { checkUrl } from './url.js';

export interface GuardedFetchOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Longest body in bytes as received. Nothing is ever decompressed, so a gzip bomb is its small self. */
  readonly maxBytes: number;
  /** Default `error`: a longer body is `too_large`. `truncate` returns the first `maxBytes` of it. */
  readonly onTooLarge?: 'error' | 'truncate';
  /** DNS, TCP and TLS of one hop, in ms. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** From the request sent to its response headers, one hop, in ms. Default 10000. */
  readonly headersTimeoutMs?: number;
  /** Everything, redirects and body included, in ms. Default 15000. */
  readonly totalTimeoutMs?: number;
  /** Redirects followed, each judged again. Default 3; 0 returns a 3xx answer as it is. */
  readonly maxRedirects?: number;
  /** When true, a final status outside 200 to 299 is the error `bad_status`. Default false. */
  readonly requireSuccess?: boolean;
  /** When true, an answer whose Content-Encoding names a compression is the error `compressed`. Default false. */
  readonly requireIdentity?: boolean;
  /** Ranges the operator opened (`ZOETROPE_EGRESS_ALLOW`). */
  readonly allow: readonly Cidr[];
  readonly signal?: AbortSignal;
  /** Replaces DNS, for tests and for installations with their own. */
  readonly resolve?: Resolve;
  /** Extra certificate authorities, for receivers with a private one. */
  readonly tls?: Pick<ConnectionOptions, 'ca'>;
}

export interface GuardedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** True when `onTooLarge: 'truncate'` cut the body. */
  readonly truncated: boolean;
  /** The URL that answered, after redirects. */
  readonly finalUrl: string;
  /** The IP address that answered. */
  readonly address: string;
}

/**
 * Fetches an address that a stranger gave, without lending them this machine's network position
 * (OWASP SSRF): every hop's address is judged and pinned at connect time, size and time are bounded.
 *
 * @throws EgressError only; see its codes
 */
export async function guardedFetch(url: string, options: GuardedFetchOptions): Promise<GuardedResponse> {
  const clock = new FetchClock(options.totalTimeoutMs ?? 15_000, options.signal);
  try {
    return await followRedirects(url, options, clock);
  } catch (error) {
    if (error instanceof EgressError) throw error;
    throw new EgressError('unreachable', `no usable HTTP answer: ${error}`, { cause: error });
  } finally {
    clock.stop();
  }
}

async function followRedirects(start: string, options: GuardedFetchOptions, clock: FetchClock) {
  const limit = options.maxRedirects ?? 3;
  let hop: Hop = {
    url: judge(start, options.allow),
    method: options.method ?? 'GET',
    headers: lowerCased(options.headers),
    body: options.body,
  };
  for (let followed = 0; ; followed++) {
    const answer = await oneHop(hop, options, clock, limit > 0);
    if (answer.redirectTo === undefined) return accepted(answer.response, options);
    if (followed === limit) throw new EgressError('too_many_redirects', `more than ${limit} redirects`);
    hop = nextHop(hop, answer.response.status, judge(answer.redirectTo, options.allow));
  }
}

interface HopAnswer {
  readonly response: GuardedResponse;
  /** Absolute; set only when this is a redirect that is to be followed. */
  readonly redirectTo?: string;
}

async function oneHop(hop: Hop, options: GuardedFetchOptions, clock: FetchClock, follow: boolean) {
  const { resolve = resolveAddresses, connectTimeoutMs = 5_000, headersTimeoutMs = 10_000 } = options;
  const socket = await clock.phase('connect', connectTimeoutMs, () =>
    openPinnedSocket(hop.url, { allow: options.allow, tls: options.tls, resolve, signal: clock.signal }),
  );
  const address = socket.remoteAddress ?? '';
  try {
    const raw = await clock.phase('headers', headersTimeoutMs, () => send(socket, hop));
    return await readAnswer(raw, hop, options, clock, follow, address);
  } finally {
    // Not pooled: a kept connection would outlive the judgement of its address.
    socket.destroy();
  }
}

/**
 * One HTTP/1.1 request on a connected socket, TLS or not. Whoever destroys the socket ends it; there is no time-out
 * of its own, since two clocks would report the same delay in two ways.
 */
function send(socket: Socket, hop: Hop): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = httpRequest({
    createConnection: () => socket,
    method: hop.method,
    path: `${hop.url.pathname}${hop.url.search}`,
    headers: {
      host: hop.url.host,
      'user-agent': 'Zoetrope/1',
      accept: '*/*',
      ...hop.headers,
      'accept-encoding': 'identity',
      connection: 'close',
    },
  });
  request.on('error', reject);
  request.on('response', (response) => {
    // A body without a length ends with the connection: a broken one must not pass for the end.
    request.on('error', (error) => response.destroy(error));
    resolve(response);
  });
  request.end(hop.body);
  return promise;
}

async function readAnswer(
  raw: IncomingMessage,
  hop: Hop,
  options: GuardedFetchOptions,
  clock: FetchClock,
  follow: boolean,
  address: string,
): Promise<HopAnswer> {
  raw.on('error', () => {}); // Destroying an unread body reports an error that nobody waits for.
  const status = raw.statusCode ?? 0;
  const head = { status, headers: raw.headers, finalUrl: hop.url.href, address };
  const location = raw.headers.location;
  if (follow && typeof location === 'string' && [301, 302, 303, 307, 308].includes(status)) {
    if (!URL.canParse(location, hop.url.href))
      throw new EgressError('bad_url', 'redirected to a malformed address');
    const response = { ...head, bytes: Buffer.alloc(0), truncated: false };
    return { response, redirectTo: new URL(location, hop.url).href };
  }
  // The length a HEAD answer declares is of the body it does not have (RFC 9110 9.3.2).
  const declared = hop.method === 'HEAD' ? undefined : raw.headers['content-length'];
  const body = await clock.race(readCapped(raw, declared, options));
  return { response: { ...head, ...body } };
}

function judge(text: string, allow: readonly Cidr[]): URL {
  const checked = checkUrl(text, { allow });
  if (checked.ok) return checked.url;
  const { reason, message } = checked.refusal;
  throw new EgressError(reason === 'forbidden_address' ? reason : 'bad_url', message);
}

function accepted(response: GuardedResponse, options: GuardedFetchOptions): GuardedResponse {
  const { status, headers } = response;
  if (options.requireSuccess && (status < 200 || status >= 300))
    throw new EgressError('bad_status', `answered with status ${status}`, { status });
  if (options.requireIdentity && isCompressed(headers['content-encoding']))
    throw new EgressError('compressed', 'the server compressed it although asked not to');
  return response;
}

/** Content codings of IANA's registry that change bytes; stores also send words here that change none (`aws-chunked`). */
const COMPRESSED = /^(x-)?(gzip|compress)$|^(deflate|br|zstd)$/i;
const isCompressed = (contentEncoding = ''): boolean =>
  contentEncoding.split(',').some((coding) => COMPRESSED.test(coding.trim()));

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
