/**
 * Every answer that is not a success: its status, its stable machine code (`X-Error-Code`) and its words.
 * Bodies are `{"error": message}` (PRODUCT 11); `details` and `retry_after_ms` are added where they apply.
 */
export const API_ERRORS = {
  validation_failed: { status: 400, message: 'Validation failed' },
  malformed: { status: 400, message: 'malformed request' },
  authentication_required: { status: 401, message: 'authentication required' },
  invalid_credentials: { status: 401, message: 'invalid email or password' },
  invalid_callback: { status: 401, message: 'invalid callback signature' },
  origin_not_allowed: { status: 403, message: 'origin not allowed' },
  read_only_token: { status: 403, message: 'token is read-only' },
  session_required: { status: 403, message: 'not allowed with a token: sign in' },
  unknown_project_key: { status: 403, message: 'unknown project key' },
  origin_not_in_allowlist: { status: 403, message: 'origin not in allowlist' },
  invalid_signature: { status: 403, message: 'invalid signature' },
  signature_expired: { status: 403, message: 'signature expired' },
  not_found: { status: 404, message: 'not found' },
  method_not_allowed: { status: 405, message: 'method not allowed' },
  email_taken: { status: 409, message: 'email already registered' },
  idempotency_in_progress: { status: 409, message: 'a request with this idempotency key is in progress' },
  asset_deleted: { status: 410, message: 'asset deleted' },
  generation_collected: { status: 410, message: 'generation collected' },
  body_too_large: { status: 413, message: 'request body exceeds 64 KB limit' },
  file_too_large: { status: 413, message: 'file exceeds 10 MB limit' },
  unsupported_media_type: { status: 415, message: 'unsupported content type' },
  unsupported_file: { status: 415, message: 'unsupported type' },
  range_not_satisfiable: { status: 416, message: 'range not satisfiable' },
  idempotency_mismatch: { status: 422, message: 'idempotency key reused with a different request' },
  quota_exceeded: { status: 429, message: 'monthly generation limit reached' },
  overage_disabled: { status: 429, message: 'overage disabled — enable in project settings or upgrade plan' },
  rate_limited: { status: 429, message: 'rate limited' },
  internal: { status: 500, message: 'internal error' },
  last_generation_failed: { status: 502, message: 'last generation failed' },
  unavailable: { status: 503, message: 'temporarily unavailable' },
} as const;
export type ApiErrorCode = keyof typeof API_ERRORS;

/** The 429 that a denial becomes for the caller. */
export const DENIAL_ERRORS = {
  limit: 'quota_exceeded',
  overage_cap: 'quota_exceeded',
  overage_disabled: 'overage_disabled',
} as const satisfies Record<string, ApiErrorCode>;
