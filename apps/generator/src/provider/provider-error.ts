import { retryAfterMs } from './retry-after.js';
import { FAULT, REAL_STATUS } from './single-shot-fetch.js';

/** Faults that happen before a request leaves: nothing can have been created. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
/** Answers of something in between: the provider itself may have done what was asked. */
const GATEWAY_ERRORS = new Set([502, 504, 520, 522, 524]);

/**
 * A failed call of the provider's API. `transient`: worth another attempt. `ambiguous`: what was asked may have
 * been done all the same.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status: number | undefined,
    readonly transient: boolean,
    readonly ambiguous: boolean,
    options?: ErrorOptions,
    /** How long the provider wants to be left alone. */
    readonly retryAfterMs?: number,
  ) {
    super(message, options);
  }
}

/** Reads what the client threw; the official client's error carries the response. */
export const asProviderError = (error: unknown): ProviderError => {
  if (error instanceof ProviderError) return error;
  const response = responseOf(error);
  // Only its kind: what a parser complains of quotes the answer, and an answer can quote the prompt.
  const kind = error instanceof Error ? error.name : typeof error;
  if (!response)
    return new ProviderError(`the provider's answer is unusable (${kind})`, undefined, true, true, {
      cause: error,
    });
  const fault = response.headers.get(FAULT);
  if (fault) {
    const message = `the provider did not answer (${fault})`;
    return new ProviderError(message, undefined, true, !NEVER_SENT.has(fault), { cause: error });
  }
  const status = Number(response.headers.get(REAL_STATUS) ?? response.status);
  const message = `the provider answered with status ${status}`;
  const later = retryAfterMs(response.headers.get('retry-after'), Date.now());
  const ambiguous = GATEWAY_ERRORS.has(status);
  return new ProviderError(message, status, isTransient(status), ambiguous, { cause: error }, later);
};

/** Statuses that time may heal (RFC 9110 15.5.9, RFC 6585 4, and every 5xx). */
export const isTransient = (status: number): boolean => status === 429 || status === 408 || status >= 500;

const responseOf = (error: unknown): Response | undefined =>
  error instanceof Error && 'response' in error && error.response instanceof Response
    ? error.response
    : undefined;
