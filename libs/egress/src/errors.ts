/**
 * Why a guarded fetch gave no result.
 * - `bad_url`: refused before anything was sent (scheme, credentials, length, form)
 * - `forbidden_address`: the host, or the host a redirect leads to, is not to be contacted
 * - `unreachable`: no DNS answer, connection refused or broken, bad TLS, not HTTP
 * - `timeout`: one of the three clocks ran out, see `phase`
 * - `too_large`: the body is longer than `maxBytes`
 * - `bad_status`: the final status is not 2xx and `requireSuccess` was asked, see `status`
 * - `compressed`: the answer is compressed although that was not asked for, and `requireIdentity` was asked
 * - `too_many_redirects`: one more redirect than `maxRedirects`
 * - `aborted`: the caller's own signal
 */
export type EgressErrorCode =
  | 'bad_url'
  | 'forbidden_address'
  | 'unreachable'
  | 'timeout'
  | 'too_large'
  | 'bad_status'
  | 'compressed'
  | 'too_many_redirects'
  | 'aborted';

export interface EgressErrorDetails {
  /** Which clock ran out, for `timeout`. */
  readonly phase?: 'connect' | 'headers' | 'total';
  /** The final HTTP status, for `bad_status`. */
  readonly status?: number;
  readonly cause?: unknown;
}

/** The one error of `guardedFetch`. Its message names hosts and limits, never a body or a header. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly phase: EgressErrorDetails['phase'];
  readonly status: number | undefined;

  constructor(
    readonly code: EgressErrorCode,
    message: string,
    details: EgressErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.phase = details.phase;
    this.status = details.status;
  }
}
