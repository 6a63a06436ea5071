import type { ErrorCode } from '@zoetrope/contracts/error-codes';
import { MAX_DETAIL } from '@zoetrope/contracts/facts/generation';
import { MediaError } from '@zoetrope/media/media-error';

interface StageErrorOptions extends ErrorOptions {
  /** The other side wants to be left alone for so long. */
  readonly retryAfterMs?: number;
  /** Somebody else's words about it, for operators alone. */
  readonly detail?: string;
}

/** A stage attempt that failed. `message` is told to outsiders, in our own words. `transient`: time may heal it. */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly retryAfterMs?: number;
  readonly detail?: string;
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly transient: boolean,
    { retryAfterMs, detail, ...options }: StageErrorOptions = {},
  ) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
    this.detail = detail?.slice(0, MAX_DETAIL);
  }
}

/** What outsiders are told of a failure that came as somebody else's error. */
const IN_OUR_WORDS = {
  source_unfetchable: 'the source could not be fetched',
  source_unsupported: 'the source cannot be read as a picture',
  i2v_failed: 'the prediction could not be started',
  merge_failed: 'the clips could not be made one video',
  r2_write_failed: 'the video could not be stored',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** Any failure as a StageError: what is not one already becomes `code`, transient unless said otherwise. */
export const asStageError = (
  error: unknown,
  code: keyof typeof IN_OUR_WORDS,
  transient = true,
): StageError => {
  if (error instanceof StageError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new StageError(code, IN_OUR_WORDS[code], transient, { cause: error, detail });
};

/** What `checkOutput` said of a video, as a StageError; anything else (no ffmpeg, no disk) stays what it was. */
export const refused = (error: unknown, code: ErrorCode, transient: boolean): unknown => {
  if (!(error instanceof MediaError)) return error;
  const said = { video_refused: error.message, video_unreadable: 'the output is no readable video' };
  if (error.code !== 'video_refused' && error.code !== 'video_unreadable') return error;
  return new StageError(code, said[error.code], transient, { cause: error });
};
