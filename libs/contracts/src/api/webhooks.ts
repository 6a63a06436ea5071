import { z } from 'zod';
import { Text } from '../text.js';
import { WebhookEventType } from '../webhook-events.js';

export const WebhooksBody = z.strictObject({
  webhook_url: Text.min(1).max(2048).nullable().optional(),
  webhook_events: z.array(WebhookEventType).max(8).optional(),
  webhooks_enabled: z.boolean().optional(),
});
export const WebhooksView = z.object({
  webhook_url: z.string().nullable(),
  webhook_events: z.array(WebhookEventType),
  webhooks_enabled: z.boolean(),
  webhook_secret_preview: z.string().nullable(),
  /** Only in the answer that made it. */
  webhook_secret: z.string().optional(),
  /** Why nothing is sent although nobody switched it off: `gone` (it answered 410), `failing` (five days of failures). */
  webhooks_disabled: z.object({ reason: z.enum(['gone', 'failing']), at: z.number().int() }).nullable(),
  /** Nothing but failures since then; it is disabled at `disables_at` unless something is delivered before. */
  webhooks_failing: z.object({ since: z.number().int(), disables_at: z.number().int() }).nullable(),
});

/** How long a replaced secret goes on signing beside the new one (PRODUCT 6.2). */
export const WEBHOOK_SECRET_OVERLAP_MS = 24 * 60 * 60 * 1_000;
export const RotateWebhookSecretAnswer = z.object({ webhook_secret: z.string() });

/** Accepted: the test is on its way, and its delivery is in the list under these ids. */
export const WebhookTestAnswer = z.object({ event_id: z.string(), delivery_id: z.string() });

/**
 * `pending`: on its way. `failed`: the last attempt failed, `next_attempt_ts` says when the next one is made.
 * `dead_letter`: no attempt is left. `held`: the endpoint is disabled, a replay sends it.
 */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'dead_letter', 'held'] as const;
export const DeliveryStatus = z.enum(DELIVERY_STATUSES);
export type DeliveryStatus = z.infer<typeof DeliveryStatus>;

/** Deliveries that the list goes back to. */
export const DELIVERIES_LISTED = 1_000;
export const DeliveriesQuery = z.object({
  status: DeliveryStatus.optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const DeliveryItem = z.object({
  id: z.string(),
  event_id: z.string(),
  event_type: WebhookEventType,
  /** null for an event that is about no asset. */
  asset_id: z.string().nullable(),
  attempt: z.number().int(),
  status: DeliveryStatus,
  response_code: z.number().int().nullable(),
  /** Why the last attempt failed. */
  error: z.string().nullable(),
  next_attempt_ts: z.number().int().nullable(),
  created_at: z.number().int(),
  delivered_at: z.number().int().nullable(),
  /** The first 1024 characters of the last answer. */
  response_body_preview: z.string().nullable(),
});
export type DeliveryItem = z.infer<typeof DeliveryItem>;
export const DeliveryList = z.object({ items: z.array(DeliveryItem), next_cursor: z.string().nullable() });
/** `payload_json`: the body as the next attempt would send it; null when its asset was purged. */
export const DeliveryView = DeliveryItem.extend({
  payload_json: z.record(z.string(), z.unknown()).nullable(),
});

export const ReplayOneAnswer = z.object({
  id: z.string(),
  event_id: z.string(),
  status: z.literal('pending'),
});

/** Deliveries that one replay of a range sends at most. */
export const MAX_REPLAYED = 1_000;
const time = z.number().int().min(0);
/** Deliveries created from `from` up to, not including, `to`, Unix ms. Without `status`: of any but `pending`. */
export const ReplayRangeBody = z
  .strictObject({
    from: time,
    to: time,
    status: DeliveryStatus.exclude(['pending']).optional(),
    dry_run: z.boolean().optional(),
  })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' });
/** `more`: as many again wait in the range, newer than the ones that `count` counts; ask again from `next_from`. */
export const ReplayRangeAnswer = z.object({
  dry_run: z.boolean(),
  count: z.number().int(),
  next_from: z.number().int().nullable(),
});

/** What the inbox keeps of one project. */
export const INBOX_KEPT = 20;
/** One request that reached the inbox. `verified`: its signature is this project's, by the rules of Standard Webhooks. */
export const InboxItem = z.object({
  id: z.string(),
  received_at: z.number().int(),
  webhook_id: z.string().nullable(),
  event_type: z.string().nullable(),
  verified: z.boolean(),
  /** Why it could not be verified. */
  reason: z.string().nullable(),
  /** The first 4096 characters of the body. */
  body_preview: z.string(),
});
/** `url`: an address of this service that receives and verifies webhooks of this project, for trying them out. */
export const InboxAnswer = z.object({ url: z.string(), items: z.array(InboxItem) });
