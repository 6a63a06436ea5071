import { APIError } from 'better-auth/api';
import { OUTAGE_RETRY_MS } from '../database/secrets-pool.js';
import { ApiError } from '../http/api-error.js';

/** better-auth said no, as opposed to: could not. */
export const isRefusal = (error: unknown): error is APIError =>
  error instanceof APIError && error.statusCode < 500;

/** better-auth's own word for a refusal, such as INVALID_PASSWORD. */
export const refusalCode = (error: APIError): string | undefined =>
  typeof error.body?.code === 'string' ? error.body.code : undefined;

/** better-auth hides a database that is away behind an error of its own. @throws ApiError 503 then */
export async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof APIError) || isRefusal(error)) throw error;
    throw new ApiError('unavailable', { retryAfterMs: OUTAGE_RETRY_MS });
  }
}
