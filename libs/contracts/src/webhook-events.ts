import { z } from 'zod';

/** Types a webhook endpoint can subscribe to (PRODUCT 6.2). */
export const WEBHOOK_EVENT_TYPES = [
  'asset.queued',
  'asset.stage_completed',
  'asset.completed',
  'asset.failed',
  'asset.cancelled',
  'asset.retry_scheduled',
  'asset.test',
  'quota.threshold',
] as const;
export const WebhookEventType = z.enum(WEBHOOK_EVENT_TYPES);
export type WebhookEventType = z.infer<typeof WebhookEventType>;
export const DEFAULT_WEBHOOK_EVENTS: readonly WebhookEventType[] = ['asset.completed', 'asset.failed'];
