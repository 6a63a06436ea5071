import { API_ERRORS, type ApiErrorCode } from '@zoetrope/contracts/errors';

export interface ErrorDetails {
  readonly fieldErrors: Record<string, string[]>;
  readonly formErrors: string[];
}

export interface ErrorExtras {
  /** Other words than the table's, such as the type in `unsupported type: image/gif`. */
  readonly message?: string;
  readonly details?: ErrorDetails;
  /** Milliseconds until a repeat may succeed; also sent as `Retry-After`. */
  readonly retryAfterMs?: number;
  /** Further members of the body, such as `asset_id`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not a success, by its stable code. Thrown anywhere below a controller. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ApiErrorCode,
    readonly extras: ErrorExtras = {},
  ) {
    super(extras.message ?? API_ERRORS[code].message);
  }

  get status(): number {
    return API_ERRORS[this.code].status;
  }
}

/** The 400 of PRODUCT 3.2 with one complaint about the request as a whole. */
export const formError = (complaint: string): ApiError =>
  new ApiError('validation_failed', { details: { fieldErrors: {}, formErrors: [complaint] } });

/** The 400 of PRODUCT 3.2 with one complaint about one field. */
export const fieldError = (field: string, complaint: string): ApiError =>
  new ApiError('validation_failed', { details: { fieldErrors: { [field]: [complaint] }, formErrors: [] } });
