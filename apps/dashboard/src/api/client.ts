import createClient, { type Middleware } from 'openapi-fetch';
import { doubtSession, lostServer } from './connection.js';
import { away, type Failure, failureOf } from './failure.js';
import type { paths } from './schema.js';

/** Calls whose 401 is about what was typed, not about a session that has ended. */
const ABOUT_CREDENTIALS = /\/api\/user\/(signin|signup|password)/;

const noticing: Middleware = {
  onResponse({ response, request }) {
    if (response.status === 401 && !ABOUT_CREDENTIALS.test(request.url)) void doubtSession();
  },
  onError() {
    return away();
  },
};

/** The public API, typed by its own document. */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(noticing);

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * What a call answered.
 * @throws Failure
 */
export async function answer<T>(call: Promise<Answered<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call.catch((thrown: Failure) => {
    lostServer();
    throw thrown;
  });
  if (response.ok) return (data ?? {}) as NonNullable<T>;
  const failure = failureOf(response, error);
  if (failure.isAway) lostServer();
  throw failure;
}

/** One intention, however often it is sent (PRODUCT 3.2). */
export const newKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `ui-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
};

/** The header that makes a repeat the same call. */
export const keyed = (key: string): { headers: Record<string, string> } => ({
  headers: { 'Idempotency-Key': key },
});
