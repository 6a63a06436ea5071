import { z } from 'zod';
import type { Fact } from './fact.js';

/** What outsiders see (PRODUCT 6), a closed set. */
export const EVENT_NAMES = [
  'queued',
  'vision_started',
  'vision_completed',
  'vision_failed',
  'stage_started',
  'stage_progress',
  'stage_completed',
  'stage_failed',
  'retry_scheduled',
  'r2_write_completed',
  'cache_purged',
  'ready',
  'failed',
  'cancelled',
  'webhook_dispatched',
  'webhook_delivered',
  'webhook_failed',
  'webhook_dead_letter',
] as const;
export const EventName = z.enum(EVENT_NAMES);
export type EventName = z.infer<typeof EventName>;

/** The one table from facts to the names that outsiders see. Facts without a row stay inside. */
export const EVENT_OF_FACT: Readonly<Record<string, EventName>> = {
  GenerationQueued: 'queued',
  VisionStarted: 'vision_started',
  VisionCompleted: 'vision_completed',
  VisionFailed: 'vision_failed',
  StageStarted: 'stage_started',
  StageCompleted: 'stage_completed',
  StageFailed: 'stage_failed',
  RetryScheduled: 'retry_scheduled',
  Mp4Stored: 'r2_write_completed',
  CachesPurged: 'cache_purged',
  GenerationReady: 'ready',
  GenerationFailed: 'failed',
  GenerationCancelled: 'cancelled',
  WebhookDispatched: 'webhook_dispatched',
  WebhookDelivered: 'webhook_delivered',
  WebhookFailed: 'webhook_failed',
  WebhookDeadLettered: 'webhook_dead_letter',
};
export const eventOf = (fact: Fact): EventName | undefined => EVENT_OF_FACT[fact.type];

/** Events after which a generation has nothing more to say about itself. */
export const TERMINAL_EVENTS: ReadonlySet<EventName> = new Set(['ready', 'failed', 'cancelled']);

/** The `data` of an SSE frame. `ts` in Unix ms. The public endpoint leaves out `error_msg`, `request_id`, `vision_prompt` and webhook events. */
export const EventData = z.object({
  asset_id: z.string(),
  generation: z.number().int(),
  ts: z.number().int(),
  request_id: z.string().optional(),
  attempt: z.number().int().optional(),
  stage: z.enum(['vision', 'single', 'stage1', 'stage2', 'merge', 'r2_write']).optional(),
  latency_ms: z.number().int().optional(),
  progress: z.number().min(0).max(1).optional(),
  error_code: z.string().optional(),
  error_msg: z.string().optional(),
  vision_prompt: z.string().optional(),
  /** On `cancelled`: superseded, requested or deleted. */
  reason: z.string().optional(),
  /** On `retry_scheduled`: when the next attempt begins, Unix ms. */
  retry_at: z.number().int().optional(),
  /** On `cache_purged` and `ready`: caches that did not confirm. */
  unconfirmed: z.array(z.string()).optional(),
  delivery_id: z.string().optional(),
  event_type: z.string().optional(),
  response_code: z.number().int().optional(),
});
export type EventData = z.infer<typeof EventData>;

/** Core NATS payload of `stage_progress`. */
export const ProgressReport = z.object({
  assetId: z.string(),
  projectId: z.string(),
  generation: z.number().int(),
  requestSeq: z.number().int(),
  stage: z.enum(['single', 'stage1', 'stage2']),
  attempt: z.number().int(),
  progress: z.number().min(0).max(1),
  ts: z.number().int(),
});
export type ProgressReport = z.infer<typeof ProgressReport>;
