import { z } from 'zod';

export const FieldErrors = z.object({
  fieldErrors: z.record(z.string(), z.array(z.string())),
  formErrors: z.array(z.string()),
});
export const ErrorBody = z.object({
  error: z.string(),
  details: FieldErrors.optional(),
  retry_after_ms: z.number().int().optional(),
});

/** A request id a caller may choose: printable, no spaces, at most 128 characters; else one is made. */
export const SaneRequestId = z.string().regex(/^[A-Za-z0-9._:\-/+=]{1,128}$/);

/** An Idempotency-Key: 1 to 255 printable ASCII characters. */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/);
export const IDEMPOTENCY_TTL_MS = 86_400_000;
export const IDEMPOTENCY_WAIT_MS = 5_000;

/** Per user and minute (PRODUCT 7). */
export const RATE_LIMITS = { prepare: 60, regenerate: 30, webhooks_test: 30, other: 300 } as const;
export const MAX_BODY_BYTES = 64 * 1024;
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;
/** How long the gateway waits for quota's decision. */
export const DECISION_WAIT_MS = 2_000;
