import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, ProjectId } from '../ids.js';
import { WebhookEventType } from '../webhook-events.js';

const delivery = {
  assetId: AssetId,
  projectId: ProjectId,
  generation: z.number().int().min(1),
  requestSeq: z.number().int().min(1),
  deliveryId: z.string().regex(/^dlv_[0-9a-f]{32}$/),
  /** The `webhook-id` header and body id: the same on every attempt and replay. */
  eventId: z.string().regex(/^evt_[0-9a-f]{32}$/),
  eventType: WebhookEventType,
  attempt: z.number().int().min(1),
};

/** An attempt to deliver is about to be made. The receiver may have seen it even if nothing follows. */
export const WebhookDispatched = defineFact('WebhookDispatched', 1, 'notifier', z.strictObject(delivery));

/** The receiver answered 2xx within 10 s. */
export const WebhookDelivered = defineFact(
  'WebhookDelivered',
  1,
  'notifier',
  z.strictObject({ ...delivery, responseCode: z.number().int(), latencyMs: z.number().int() }),
);

/** The attempt did not end in a 2xx. */
export const WebhookFailed = defineFact(
  'WebhookFailed',
  1,
  'notifier',
  z.strictObject({
    ...delivery,
    responseCode: z.number().int().optional(),
    reason: z.string(),
    latencyMs: z.number().int(),
    /** When the next attempt begins, Unix ms; left out when this was the last one. */
    nextAttemptAt: z.number().int().optional(),
  }),
);

/** No further attempt will be made by itself; a replay may. */
export const WebhookDeadLettered = defineFact(
  'WebhookDeadLettered',
  1,
  'notifier',
  z.strictObject({ ...delivery, reason: z.string() }),
);

export const DELIVERY_FACTS = [
  WebhookDispatched,
  WebhookDelivered,
  WebhookFailed,
  WebhookDeadLettered,
] as const;
export type DeliveryFact = FactOf<(typeof DELIVERY_FACTS)[number]>;
