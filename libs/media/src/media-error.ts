/** What can go wrong with media; the first two are user-visible error codes of a generation. */
export type MediaErrorCode =
  | 'source_unsupported'
  | 'source_too_large'
  | 'video_unreadable'
  | 'video_refused'
  | 'ffmpeg_missing'
  | 'ffmpeg_failed';

/** Every failure of this library: `code` is stable, `message` is for an operator. */
export class MediaError extends Error {
  constructor(
    readonly code: MediaErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MediaError';
  }
}
