import type { Recorded } from '@zoetrope/contracts/fact';
import {
  type DeliveryFact,
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
} from '@zoetrope/contracts/facts/delivery';
import type { DeliveryRow, RowRef, RowSet } from './rows.js';

const isDelivery = (fact: Recorded): fact is Recorded<DeliveryFact> =>
  WebhookDispatched.is(fact) ||
  WebhookDelivered.is(fact) ||
  WebhookFailed.is(fact) ||
  WebhookDeadLettered.is(fact);

/** The delivery row a fact touches, if it is about one. */
export const deliveryTouched = (fact: Recorded): RowRef[] =>
  isDelivery(fact) ? [{ table: 'delivery', key: [fact.data.deliveryId] }] : [];

/** Applies a delivery's fact. @returns false when the fact is about something else */
export function applyDelivery(rows: RowSet, fact: Recorded): boolean {
  if (!isDelivery(fact)) return false;
  const before = rows.get('delivery', fact.data.deliveryId) ?? newDelivery(fact);
  rows.put('delivery', evolve(before, fact));
  return true;
}

const newDelivery = ({ data, meta }: Recorded<DeliveryFact>): DeliveryRow => ({
  id: data.deliveryId,
  event_id: data.eventId,
  event_type: data.eventType,
  asset_id: data.assetId,
  project_id: data.projectId,
  generation: data.generation,
  attempt: data.attempt,
  status: 'pending',
  response_code: null,
  reason: null,
  created_at: meta.ts,
  created_seq: meta.seq,
  delivered_at: null,
});

function evolve(row: DeliveryRow, fact: Recorded<DeliveryFact>): DeliveryRow {
  const next = { ...row, attempt: Math.max(row.attempt, fact.data.attempt) };
  if (WebhookDispatched.is(fact)) return { ...next, status: 'pending' };
  if (WebhookDelivered.is(fact)) {
    const { responseCode } = fact.data;
    return {
      ...next,
      status: 'delivered',
      response_code: responseCode,
      reason: null,
      delivered_at: fact.meta.ts,
    };
  }
  if (WebhookDeadLettered.is(fact)) return { ...next, status: 'dead_letter', reason: fact.data.reason };
  if (WebhookFailed.is(fact)) {
    const { responseCode, reason } = fact.data;
    return { ...next, status: 'failed', response_code: responseCode ?? null, reason };
  }
  return next;
}
