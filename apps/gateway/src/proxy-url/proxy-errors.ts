import { DENIAL_ERRORS } from '@zoetrope/contracts/errors';
import { ApiError } from '../http/api-error.js';
import type { Ending } from '../serving/present.js';

/** A refused first generation is asked again at most this often (PRODUCT 4), ms. */
export const ASK_AGAIN_MS = 60_000;

/** When a refused first generation may be asked again, ms from `now`; 0 or less: now. */
export const askAgainIn = (ending: Ending | undefined, now: number): number =>
  ending?.kind === 'refused' ? ending.askedAt + ASK_AGAIN_MS - now : Number.POSITIVE_INFINITY;

/** What a proxy URL answers for an asset that never had a good video and whose generation has ended (PRODUCT 4). */
export function endingError(assetId: string, ending: Ending | undefined, now: number): ApiError {
  const state = {
    'x-zoetrope-asset-id': assetId,
    'x-zoetrope-generation': '0',
    'x-zoetrope-stage': 'failed',
  };
  if (ending?.kind === 'refused') {
    // The wait goes into a header only: the body of a monthly 429 is byte for byte PRODUCT 3.2's.
    const seconds = Math.max(1, Math.ceil(askAgainIn(ending, now) / 1000));
    return new ApiError(DENIAL_ERRORS[ending.reason], {
      headers: { ...state, 'retry-after': String(seconds) },
    });
  }
  const code = ending?.code ?? 'cancelled';
  return sourceError(code, ending?.message ?? '', state) ?? failedError(assetId, code, state);
}

/** The 413 or 415 of a source that cannot be used; undefined for every other code. */
export function sourceError(
  code: string,
  message: string,
  headers: Record<string, string> = {},
): ApiError | undefined {
  if (code === 'source_too_large') return new ApiError('file_too_large', { headers });
  if (code !== 'source_unsupported') return undefined;
  return new ApiError('unsupported_file', { message: `unsupported type: ${message}`, headers });
}

const failedError = (assetId: string, code: string, headers: Record<string, string>): ApiError =>
  new ApiError('last_generation_failed', {
    members: { asset_id: assetId, error_code: code, hint: `POST /api/assets/${assetId}/regenerate` },
    headers,
  });
