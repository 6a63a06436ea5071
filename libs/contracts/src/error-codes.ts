import { z } from 'zod';

/** Why a generation or stage failed (PRODUCT 5). */
export const ERROR_CODES = [
  'vision_blocked',
  'vision_timeout',
  'source_unfetchable',
  'source_too_large',
  'source_unsupported',
  'i2v_failed',
  'i2v_timeout',
  'merge_failed',
  'r2_write_failed',
  'quota_exceeded',
  'pipeline_stalled',
  'cancelled',
] as const;
export const ErrorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof ErrorCode>;
