/**
 * Why a store could not do what was asked.
 * - `invalid_key`: the caller's mistake, nothing was touched
 * - `conflict`: the key holds other bytes; objects never change
 * - `hash_mismatch`: the bytes are not those the caller announced; nothing was published
 * - `corrupted`: the store kept other bytes than it was given; nothing is published, another attempt may do better
 * - `range_not_satisfiable`: the range starts at or past the end of the object (RFC 9110 14.1.2)
 * - `unavailable`: the store did not answer or refused us; worth another attempt
 */
export type ObjectStoreErrorCode =
  | 'invalid_key'
  | 'conflict'
  | 'hash_mismatch'
  | 'corrupted'
  | 'range_not_satisfiable'
  | 'unavailable';

/** The one error of every driver. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';

  constructor(
    readonly code: ObjectStoreErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The code of a system error such as ENOENT, or the text of anything else that was thrown. */
export function codeOf(cause: unknown): string {
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === 'string' ? code : String(cause);
}
