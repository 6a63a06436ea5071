/** An answer that is no success, or none at all (`status` 0). */
export class Failure extends Error {
  override readonly name = 'Failure';

  constructor(
    readonly status: number,
    /** `X-Error-Code`: stable, the page of docs/errors it leads to. */
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
    /** Milliseconds until a repeat may succeed. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Nothing was decided; the same call may be sent again. */
  get isAway(): boolean {
    return (
      this.status === 0 ||
      (this.status >= 502 && this.status <= 504 && this.code !== 'last_generation_failed')
    );
  }
}

interface ErrorBody {
  readonly error?: string;
  readonly details?: { readonly fieldErrors: Record<string, string[]>; readonly formErrors: string[] };
  readonly retry_after_ms?: number;
}

/** @param body whatever the answer held */
export function failureOf(response: Response, body: unknown): Failure {
  const { error, details, retry_after_ms } = (typeof body === 'object' ? (body ?? {}) : {}) as ErrorBody;
  const code = response.headers.get('x-error-code') ?? 'unavailable';
  const form = details?.formErrors[0];
  return new Failure(
    response.status,
    code,
    form ?? error ?? `the server answered ${response.status}`,
    details?.fieldErrors,
    retry_after_ms,
  );
}

export const away = (): Failure => new Failure(0, 'away', 'the server cannot be reached');
