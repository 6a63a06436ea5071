import type { ErrorCode } from '@zoetrope/contracts/error-codes';

/** A stage attempt that failed for a reason outsiders are told. `transient`: time may heal it. */
export class StageError extends Error {
  override readonly name = 'StageError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly transient: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Longest text kept of somebody else's error. */
const MAX_MESSAGE = 300;

/** Any failure as a StageError: what is not one already becomes `code`, transient unless said otherwise. */
export const asStageError = (error: unknown, code: ErrorCode, transient = true): StageError => {
  if (error instanceof StageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StageError(code, message.slice(0, MAX_MESSAGE), transient, { cause: error });
};
