import type { ErrorCode } from '@zoetrope/contracts/error-codes';
import { MediaError } from '@zoetrope/media/media-error';

/** A stage attempt that failed for a reason outsiders are told. `transient`: time may heal it. */
export class StageError extends Error {
  override readonly name = 'StageError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly transient: boolean,
    options?: ErrorOptions,
    /** The other side wants to be left alone for so long. */
    readonly retryAfterMs?: number,
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

/** What `checkOutput` said of a video, as a StageError; anything else (no ffmpeg, no disk) stays what it was. */
export const refused = (error: unknown, code: ErrorCode, transient: boolean): unknown => {
  if (!(error instanceof MediaError)) return error;
  const said = { video_refused: error.message, video_unreadable: 'the output is no readable video' };
  if (error.code !== 'video_refused' && error.code !== 'video_unreadable') return error;
  return new StageError(code, said[error.code], transient, { cause: error });
};
