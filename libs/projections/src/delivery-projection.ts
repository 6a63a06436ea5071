import type { Recorded } from '@zoetrope/contracts/fact';
import {
  DELIVERY_FACTS,
  type DeliveryFact,
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookFailed,
  WebhookHeld,
} from '@zoetrope/contracts/facts/delivery';
import type { RowSet } from './row-set.js';
import type { DeliveryRow, RowRef } from './rows.js';

const TYPES: ReadonlySet<string> = new Set(DELIVERY_FACTS.map(({ type }) => type));
const isDelivery = (fact: Recorded): fact is Recorded<DeliveryFact> => TYPES.has(fact.type);

/** A table is fed by one stream: those about an asset come from ASSETS, the others from TENANTS. */
const tableOf = ({ data }: Recorded<DeliveryFact>) =>
  data.assetId === undefined ? 'endpoint_delivery' : 'delivery';

/** The delivery row a fact touches, if it is about one, and its asset's. */
export function deliveryTouched(fact: Recorded): RowRef[] {
  if (!isDelivery(fact)) return [];
  const { assetId, deliveryId } = fact.data;
  const asset: RowRef[] = assetId === undefined ? [] : [{ table: 'asset', key: [assetId] }];
  return [{ table: tableOf(fact), key: [deliveryId] }, ...asset];
}

/** Applies a delivery's fact. @returns false when the fact is about something else */
export function applyDelivery(rows: RowSet, fact: Recorded): boolean {
  if (!isDelivery(fact)) return false;
  const { assetId, deliveryId } = fact.data;
  // What was under way at the deletion; the log keeps nothing of it either.
  if (assetId !== undefined && rows.get('asset', assetId)?.deleted) return true;
  const before = rows.get(tableOf(fact), deliveryId) ?? newDelivery(fact);
  rows.put(tableOf(fact), evolve(before, fact));
  return true;
}

const newDelivery = ({ data, meta }: Recorded<DeliveryFact>): DeliveryRow => ({
  id: data.deliveryId,
  event_id: data.eventId,
  event_type: data.eventType,
  asset_id: data.assetId ?? null,
  project_id: data.projectId,
  generation: data.generation ?? null,
  attempt: data.attempt,
  status: 'pending',
  response_code: null,
  reason: null,
  created_at: meta.ts,
  created_seq: meta.seq,
  delivered_at: null,
  source_seq: data.sourceSeq ?? null,
  next_attempt_at: null,
  response_body: null,
});

function evolve(row: DeliveryRow, fact: Recorded<DeliveryFact>): DeliveryRow {
  const { attempt } = fact.data;
  const next = { ...row, attempt: Math.max(row.attempt, attempt), next_attempt_at: null };
  if (WebhookDelivered.is(fact)) {
    const { responseCode, responseBody = null } = fact.data;
    const answered = { response_code: responseCode, response_body: responseBody, reason: null };
    return { ...next, ...answered, status: 'delivered', delivered_at: fact.meta.ts };
  }
  if (WebhookFailed.is(fact)) {
    const { responseCode = null, responseBody = null, nextAttemptAt = null, reason } = fact.data;
    const answered = { response_code: responseCode, response_body: responseBody, reason };
    return { ...next, ...answered, status: 'failed', next_attempt_at: nextAttemptAt };
  }
  if (WebhookDeadLettered.is(fact)) return { ...next, status: 'dead_letter', reason: fact.data.reason };
  if (WebhookHeld.is(fact)) return { ...next, status: 'held', reason: fact.data.reason };
  // Dispatched, or to be: what was answered before stays to be seen.
  return { ...next, status: 'pending' };
}
