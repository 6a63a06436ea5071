import { ProjectId } from '@zoetrope/contracts/ids';
import type { WebhookDue } from '@zoetrope/contracts/messages';
import { assetSubject, endpointSubject } from '@zoetrope/contracts/subjects';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import { type WebhookSource, webhookTypeOf } from '@zoetrope/platform/webhook-body';
import { deliveryIdOf, eventIdOf } from '@zoetrope/platform/webhook-ids';

/** One event for one endpoint, by name: enough to wait for its turn. */
export interface DeliveryRef {
  readonly id: string;
  readonly due: WebhookDue;
}

/** One event for one endpoint. */
export interface Delivery extends DeliveryRef {
  readonly eventId: string;
  readonly type: WebhookEventType;
  /** Where its facts stand. */
  readonly subject: string;
  /** The fact it tells of; everything of the delivery stands behind it on the subject's stream. */
  readonly fact: WebhookSource;
}

/** The delivery of a fact; undefined for a kind of fact that no webhook tells of. */
export function deliveryOf(fact: WebhookSource): Delivery | undefined {
  const type = webhookTypeOf(fact);
  if (!type) return undefined;
  const { assetId, projectId, eventId: given } = fact.data as WebhookSource['data'] & { eventId?: string };
  const eventId = given ?? eventIdOf(fact.meta.id);
  const stream = assetId === undefined ? 'TENANTS' : 'ASSETS';
  return {
    id: deliveryIdOf(eventId, projectId),
    due: { projectId: ProjectId.parse(projectId), stream, seq: fact.meta.seq },
    eventId,
    type,
    subject: assetId === undefined ? endpointSubject(projectId) : assetSubject(assetId, 'delivery'),
    fact,
  };
}
