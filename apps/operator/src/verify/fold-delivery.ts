import { ExpectedRow } from './expected-row.js';
import type { RawFact } from './raw-log.js';

export const isDelivery = ({ type }: RawFact): boolean =>
  /^Webhook(Dispatched|Delivered|Failed|DeadLettered|Held|Replayed)$/.test(type);

/** What a fact says of a delivery that nobody has heard of. */
export const newDelivery = (fact: RawFact): ExpectedRow => {
  const { deliveryId, eventId, eventType, assetId, projectId, generation, sourceSeq } = fact.data;
  return new ExpectedRow(fact, {
    ...{ id: deliveryId, event_id: eventId, event_type: eventType, asset_id: assetId ?? null },
    ...{ project_id: projectId, generation: generation ?? null, attempt: 0, status: 'pending' },
    ...{ response_code: null, reason: null, created_at: fact.ts, created_seq: fact.seq, delivered_at: null },
    ...{ source_seq: sourceSeq ?? null, next_attempt_at: null, response_body: null },
  });
};

export function toldOfDelivery(row: ExpectedRow, fact: RawFact) {
  const { data, ts } = fact;
  const answer = { response_code: data.responseCode ?? null, response_body: data.responseBody ?? null };
  row.set(fact, { attempt: Math.max(Number(row.values.attempt), data.attempt), next_attempt_at: null });
  switch (fact.type) {
    case 'WebhookDelivered':
      return row.set(fact, { ...answer, reason: null, status: 'delivered', delivered_at: ts });
    case 'WebhookFailed':
      row.set(fact, { ...answer, reason: data.reason, status: 'failed' });
      return row.set(fact, { next_attempt_at: data.nextAttemptAt ?? null });
    case 'WebhookDeadLettered':
      return row.set(fact, { status: 'dead_letter', reason: data.reason });
    case 'WebhookHeld':
      return row.set(fact, { status: 'held', reason: data.reason });
    default:
      return row.set(fact, { status: 'pending' });
  }
}
