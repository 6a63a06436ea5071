import type { ApiErrorCode } from '@zoetrope/contracts/errors';
import type { ApiError } from './api-error.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

export interface Asked {
  readonly accept: string | undefined;
  readonly requestId: string;
  /** Origin of the pages that explain errors and sell plans. */
  readonly publicUrl: string;
}

/** Errors that a larger plan heals. */
const HEALED_BY_UPGRADE: ReadonlySet<ApiErrorCode> = new Set(['quota_exceeded', 'overage_disabled']);

const problemAsked = (accept: string | undefined): boolean =>
  (accept ?? '')
    .toLowerCase()
    .split(',')
    .some((range) => /^\s*application\/problem\+json\s*(;|$)/.test(range));

const helpPage = (asked: Asked, code: ApiErrorCode): string => `${asked.publicUrl}/docs/errors#${code}`;

function headersOf(error: ApiError, asked: Asked): Record<string, string> {
  const links = [`<${helpPage(asked, error.code)}>; rel="help"`];
  if (HEALED_BY_UPGRADE.has(error.code)) links.push(`<${asked.publicUrl}/docs/errors#plans>; rel="payment"`);
  const { retryAfterMs } = error.extras;
  return {
    'cache-control': 'no-store',
    'x-error-code': error.code,
    link: links.join(', '),
    vary: 'Accept',
    // A request whose rest nobody reads must not be followed by another on its connection.
    ...(error.status === 413 && { connection: 'close' }),
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    ...error.extras.headers,
  };
}

/**
 * What a caller gets for an error (PRODUCT 11): `{"error"}` with nothing but what the table allows, or the same
 * whole as RFC 9457 when `Accept` names application/problem+json.
 */
export function errorAnswer(error: ApiError, asked: Asked): ErrorAnswer {
  const { details, retryAfterMs, members } = error.extras;
  const plain = {
    error: error.message,
    ...(details && { details }),
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
    ...members,
  };
  const headers = headersOf(error, asked);
  if (!problemAsked(asked.accept)) {
    return {
      status: error.status,
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      body: plain,
    };
  }
  const problem = {
    type: helpPage(asked, error.code),
    title: error.message,
    status: error.status,
    code: error.code,
    request_id: asked.requestId,
    ...plain,
  };
  return {
    status: error.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
    body: problem,
  };
}
