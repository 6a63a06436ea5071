/** What a call was refused with, or why it got no answer (`status` 0). */
export class ZoetropeError extends Error {
  override readonly name = 'ZoetropeError';
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** Stable, as the installation's page /docs/errors lists them; `no_answer` without an answer. */
  readonly code: string;
  /** Fields of the body that are wrong, with a 400. */
  readonly details: unknown;
  readonly requestId: string | undefined;
  /** Milliseconds after which the same call may succeed; undefined where time does not heal it. */
  readonly retryAfterMs: number | undefined;
  /** Repeat the call with this key: what was carried out already is not carried out, or charged, again. */
  readonly idempotencyKey: string | undefined;

  constructor(
    message: string,
    about: Partial<Omit<ZoetropeError, 'name' | 'message'>> & { cause?: unknown },
  ) {
    super(message, { cause: about.cause });
    this.status = about.status ?? 0;
    this.code = about.code ?? 'no_answer';
    this.details = about.details;
    this.requestId = about.requestId;
    this.retryAfterMs = about.retryAfterMs;
    this.idempotencyKey = about.idempotencyKey;
  }
}

/** The error that an answer tells. Reads its body. */
export async function errorOf(answer: Response): Promise<ZoetropeError> {
  const body = (await answer.json().catch(() => undefined)) as
    | { error?: unknown; details?: unknown; retry_after_ms?: unknown }
    | undefined;
  const { headers, status } = answer;
  return new ZoetropeError(typeof body?.error === 'string' ? body.error : `answered with status ${status}`, {
    status,
    code: headers.get('x-error-code') ?? `http_${status}`,
    details: body?.details,
    requestId: headers.get('x-request-id') ?? undefined,
    retryAfterMs:
      typeof body?.retry_after_ms === 'number'
        ? body.retry_after_ms
        : retryAfterMs(headers.get('retry-after')),
    idempotencyKey: headers.get('idempotency-key') ?? undefined,
  });
}

/** `Retry-After` (RFC 9110 section 10.2.3), seconds or a date, in ms from now. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
