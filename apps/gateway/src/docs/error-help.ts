import type { ApiErrorCode } from '@zoetrope/contracts/errors';

/** `yes`: as it is; `later`: as it is, once the limit has moved; `after`: once the fix is made; `no`: never. */
export type Retry = 'yes' | 'later' | 'after' | 'no';

/** What a person needs to know of an error (PRODUCT 11); `code` in backquotes. */
export interface ErrorHelp {
  readonly cause: string;
  readonly fix: string;
  readonly retry: Retry;
  /** Was the call charged? Default: no. */
  readonly charged?: string;
}

/** One entry for each error there is. */
export const ERROR_HELP: Readonly<Record<ApiErrorCode, ErrorHelp>> = {
  validation_failed: {
    cause: 'A field of the body or query is wrong or unknown, or the body is no JSON.',
    fix: 'Correct what `details.fieldErrors` and `details.formErrors` name.',
    retry: 'after',
  },
  malformed: {
    cause: 'The address or the request cannot be read as one of this API.',
    fix: 'Correct what the message names; for proxy URLs, its parameters and the form of the source.',
    retry: 'after',
  },
  authentication_required: {
    cause: 'No session and no API token came with the call, or it has ended, or was revoked.',
    fix: 'Sign in and send the session cookie, or send `Authorization: Bearer zt_…` with a token of yours.',
    retry: 'after',
  },
  invalid_credentials: {
    cause: 'No account has this e-mail address with this password.',
    fix: 'Check both; the answer does not tell which of them is wrong.',
    retry: 'after',
  },
  invalid_callback: {
    cause: 'A callback did not carry the provider’s signature.',
    fix: 'Only the model provider calls this address; check its signing secret in the configuration.',
    retry: 'after',
  },
  origin_not_allowed: {
    cause: 'A page of another origin tried to change something with a visitor’s cookie.',
    fix: 'Call from this service’s own origin, or from a server without an Origin header.',
    retry: 'after',
  },
  read_only_token: {
    cause: 'The token may read only, and the call’s method is neither GET nor HEAD.',
    fix: 'Use a token of scope write.',
    retry: 'after',
  },
  session_required: {
    cause: 'API tokens cannot manage tokens, passwords or sessions: who finds one must not be able to stay.',
    fix: 'Sign in and make the call with the session cookie.',
    retry: 'after',
  },
  unknown_project_key: {
    cause: 'No project has this proxy key, or it was revoked.',
    fix: 'Take the key from the project’s settings.',
    retry: 'after',
  },
  origin_not_in_allowlist: {
    cause: 'The source’s origin is not allowed by the project.',
    fix: 'Add its origin or a parent domain to the project’s allowed origins.',
    retry: 'after',
  },
  invalid_signature: {
    cause: 'The project takes signed proxy URLs only, and this one’s signature is missing or wrong.',
    fix: 'Sign the URL again with the project’s current signing secret and the same parameters.',
    retry: 'after',
  },
  signature_expired: {
    cause: 'The signed URL’s `exp` has passed.',
    fix: 'Sign a new URL.',
    retry: 'after',
  },
  not_found: {
    cause: 'There is no such thing, or it belongs to somebody else: the answer is the same for both.',
    fix: 'Check the id, and which account is signed in.',
    retry: 'after',
  },
  method_not_allowed: {
    cause: 'The path exists, but not under this method.',
    fix: 'Use a method that the `Allow` header lists.',
    retry: 'after',
  },
  email_taken: {
    cause: 'An account has this e-mail address already.',
    fix: 'Sign in, or use another address.',
    retry: 'after',
  },
  idempotency_in_progress: {
    cause: 'A call with this Idempotency-Key is still being carried out.',
    fix: 'Wait for `Retry-After` and send the same call with the same key: it gets the first call’s answer.',
    retry: 'yes',
    charged: 'Once, for the first call, if that one succeeds.',
  },
  asset_deleted: {
    cause: 'The asset was deleted by its owner.',
    fix: 'Prepare a new one, for instance with another `idem`.',
    retry: 'no',
  },
  generation_collected: {
    cause: 'This older generation’s bytes have been removed.',
    fix: 'Use a newer generation, or the asset’s current video.',
    retry: 'no',
  },
  body_too_large: {
    cause: 'The request’s body is over 64 KB.',
    fix: 'Send less; images go to POST /api/v1/upload.',
    retry: 'after',
  },
  file_too_large: {
    cause: 'The image is over 10 MB.',
    fix: 'Make it smaller; a new source address is a new asset.',
    retry: 'after',
  },
  unsupported_media_type: {
    cause: 'The body’s content type is not the one this call takes.',
    fix: 'Send application/json, or a multipart form for an upload.',
    retry: 'after',
  },
  unsupported_file: {
    cause: 'By its bytes the file is no png, jpeg or webp image of 256 to 4096 pixels on each side.',
    fix: 'Convert or resize it; a new source address is a new asset.',
    retry: 'after',
  },
  range_not_satisfiable: {
    cause: 'The asked bytes lie beyond the end of the video.',
    fix: 'Ask within the length that `Content-Range` gives, or without Range.',
    retry: 'after',
  },
  idempotency_mismatch: {
    cause: 'This Idempotency-Key was used for a call with another method, path or body.',
    fix: 'Use a new key for a new call.',
    retry: 'after',
  },
  quota_exceeded: {
    cause: 'The owner’s generations of this month are used up, or its overage cap is reached.',
    fix: 'Wait for the next UTC month, raise the cap, or take a larger plan.',
    retry: 'later',
  },
  overage_disabled: {
    cause: 'The plan’s generations of this month are used up, and the project does not allow overage.',
    fix: 'Enable overage in the project’s billing settings, or take a larger plan.',
    retry: 'later',
  },
  rate_limited: {
    cause: 'More calls came within a minute than the limit allows.',
    fix: 'Wait for `Retry-After`; the RateLimit headers of every answer show what is left.',
    retry: 'yes',
  },
  internal: {
    cause: 'Something failed on our side.',
    fix: 'Repeat the call; report the `X-Request-Id` when it happens again.',
    retry: 'yes',
    charged: 'At most once, if a call that takes an Idempotency-Key is repeated with the key of the answer.',
  },
  last_generation_failed: {
    cause: 'The asset’s last generation failed, and it never had a good video.',
    fix: 'Look at `error_code`, then regenerate it: POST /api/assets/{id}/regenerate.',
    retry: 'after',
    charged: 'No: a failed generation is released.',
  },
  unavailable: {
    cause: 'The call was not decided in time, or a part of the service is away for a moment.',
    fix: 'Repeat it after `Retry-After` with the Idempotency-Key that the answer carried: it is then carried out once.',
    retry: 'yes',
    charged:
      'At most once: only if the call is carried out after all, and never again for a repeat with the same key.',
  },
};
