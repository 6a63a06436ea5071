import type { RawLog } from '../support/raw-log.ts';
import type { Results } from '../support/results.ts';
import type { PlantedEvent } from './events.ts';
import type { Receipt } from './receivers.ts';

/** The nearest rank: the smallest value that so large a share of all is not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Every attempt of an event has the id that follows from its fact, in header and body. */
export function checkIds(receipts: readonly Receipt[], planted: readonly PlantedEvent[], results: Results) {
  const known = new Set(planted.map(({ webhookId }) => webhookId));
  const wrong = receipts.filter(({ webhookId, bodyId }) => !known.has(webhookId) || bodyId !== webhookId);
  results.rule(
    'the webhook-id follows from the fact, on every attempt',
    wrong.map(({ webhookId, endpoint }) => `${webhookId} at ${endpoint}`),
  );
  const times = new Map<string, number>();
  for (const { webhookId } of receipts) times.set(webhookId, (times.get(webhookId) ?? 0) + 1);
  results.figure('requests', `${receipts.length} for ${times.size} events`);
}

/** Every event was taken by its endpoint, or the log says that it is a dead letter. */
export async function checkNothingLost(
  log: RawLog,
  taken: ReadonlyMap<string, number>,
  planted: readonly PlantedEvent[],
  results: Results,
): Promise<void> {
  const missing = planted.filter(({ webhookId }) => !taken.has(webhookId));
  const dead = new Set<unknown>();
  if (missing.length > 0)
    for (const { type, data } of await log.read('ASSETS', 'asset.*.*.delivery'))
      if (type === 'WebhookDeadLettered') dead.add(data.eventId);
  const lost = missing.filter(({ webhookId }) => !dead.has(webhookId));
  results.figure('delivered / dead-lettered', `${planted.length - missing.length} / ${dead.size}`);
  results.rule(
    'every event arrives or is a visible dead letter',
    lost.map(({ webhookId }) => webhookId),
  );
}
