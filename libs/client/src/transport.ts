import { errorOf, ZoetropeError } from './errors.js';
import { backoff, pause } from './pause.js';

export interface Connection {
  /** Origin of the installation, `https://media.example.com`. */
  readonly url: string;
  /** An API token (`zt_…`). It belongs on a server; in a page the session's cookie is sent. */
  readonly token?: string;
  /** Default: the platform's own. */
  readonly fetch?: typeof fetch;
  readonly retry?: RetryOptions;
}

export interface RetryOptions {
  /** Calls in all, the first one included; default 5. */
  readonly attempts?: number;
  /** Wait before the first repeat where the answer names none, ms; doubles from then on; default 250. */
  readonly baseMs?: number;
  /** Longer than this is not waited, also where the answer asks for it; default 30,000 ms. */
  readonly mostMs?: number;
}

export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Sent as JSON; a form as it is. */
  readonly body?: unknown;
  /** Makes a repeat safe where the method alone does not. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Methods that may be sent again whatever became of the first (RFC 9110 section 9.2.2). */
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/**
 * One call, repeated while it may heal: no answer and 503 where a repeat is safe; 429 where the answer says when to
 * come back (a used-up month has no such time); 409 while a copy of the same call is under way.
 * @throws ZoetropeError, or the signal's reason
 */
export async function send(connection: Connection, call: Call): Promise<Response> {
  const { attempts = 5, baseMs = 250, mostMs = 30_000 } = connection.retry ?? {};
  for (let attempt = 1; ; attempt++) {
    const outcome = await once(connection, call);
    if (outcome instanceof Response) return outcome;
    const wait = outcome.retryAfterMs ?? backoff(attempt - 1, baseMs, mostMs);
    if (attempt >= attempts || wait > mostMs || !mayHeal(outcome, call)) throw outcome;
    await pause(wait, call.signal);
  }
}

async function once({ url, token, fetch: own }: Connection, call: Call): Promise<Response | ZoetropeError> {
  const { method, path, body, idempotencyKey, signal } = call;
  const isForm = typeof FormData !== 'undefined' && body instanceof FormData;
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined && !isForm) headers.set('content-type', 'application/json');
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
  try {
    const answer = await (own ?? fetch)(url.replace(/\/+$/, '') + path, {
      method,
      headers,
      body: isForm ? (body as FormData) : body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
    return answer.ok ? answer : await errorOf(answer);
  } catch (cause) {
    signal?.throwIfAborted();
    return new ZoetropeError(`no answer from ${new URL(url).origin}`, { cause, idempotencyKey });
  }
}

function mayHeal({ status, retryAfterMs, code }: ZoetropeError, { method, idempotencyKey }: Call): boolean {
  const repeatable = REPEATABLE.has(method) || idempotencyKey !== undefined;
  if (status === 429) return retryAfterMs !== undefined;
  if (status === 409) return code === 'idempotency_in_progress';
  return (
    repeatable && (status === 0 || (status >= 502 && status <= 504 && code !== 'last_generation_failed'))
  );
}
