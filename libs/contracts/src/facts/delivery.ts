import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, CommandId, ProjectId } from '../ids.js';
import { WebhookEventType } from '../webhook-events.js';

/**
 * One event on its way to one endpoint. About an asset these stand on `asset….delivery`; an event without one (a test, a
 * threshold) has them on `endpoint.<projectId>`, and no `assetId`, `generation` and `requestSeq`.
 */
const about = {
  assetId: AssetId.optional(),
  projectId: ProjectId,
  generation: z.number().int().min(1).optional(),
  requestSeq: z.number().int().min(1).optional(),
  deliveryId: z.string().regex(/^dlv_[0-9a-f]{32}$/),
  /** The `webhook-id` header and body id: the same on every attempt and replay. */
  eventId: z.string().regex(/^evt_[0-9a-f]{32}$/),
  eventType: WebhookEventType,
  /** Sequence of the fact that is told, in the stream of this one; absent in facts from before it was recorded. */
  sourceSeq: z.number().int().min(1).optional(),
};
/** Counts on through replays. */
const delivery = { ...about, attempt: z.number().int().min(1) };
/** Attempts made so far. */
const between = { ...about, attempt: z.number().int().min(0) };

/** The beginning of what the receiver answered with, a stranger's text; empty answers leave it out. */
const responseBody = z.string().max(1_024).optional();

/** An attempt to deliver is about to be made. The receiver may have seen it even if nothing follows. */
export const WebhookDispatched = defineFact('WebhookDispatched', 1, 'notifier', z.strictObject(delivery));

/** The receiver answered 2xx within 10 s. */
export const WebhookDelivered = defineFact(
  'WebhookDelivered',
  1,
  'notifier',
  z.strictObject({
    ...delivery,
    responseCode: z.number().int(),
    latencyMs: z.number().int(),
    responseBody,
  }),
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
    responseBody,
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

/** The endpoint is disabled: the event is kept for a replay. It does not mean that it was ever sent. */
export const WebhookHeld = defineFact(
  'WebhookHeld',
  1,
  'notifier',
  z.strictObject({ ...between, reason: z.string() }),
);

/** Somebody asked for the event to be sent again: it has all its attempts anew, under the same ids. */
export const WebhookReplayed = defineFact(
  'WebhookReplayed',
  1,
  'notifier',
  z.strictObject({ ...between, commandId: CommandId }),
);

export const DELIVERY_FACTS = [
  WebhookDispatched,
  WebhookDelivered,
  WebhookFailed,
  WebhookDeadLettered,
  WebhookHeld,
  WebhookReplayed,
] as const;
export type DeliveryFact = FactOf<(typeof DELIVERY_FACTS)[number]>;
