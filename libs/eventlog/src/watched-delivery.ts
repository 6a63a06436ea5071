import { wantedHandler } from './delivery.js';
import type { Settlement } from './durable-consumer.js';
import type { DeliverySeen, LogObserver } from './observer.js';
import type { Delivered } from './stored-message.js';
import { inSpan } from './tracing.js';

/** A span and a figure around one delivery; the message's trace goes on in it. */
export function watchDelivery(
  observer: LogObserver,
  durable: string,
  message: Delivered,
  deliver: () => Promise<Settlement>,
): Promise<Settlement> {
  const { deliveryCount } = message.info;
  const began = Date.now();
  const waitedSeconds = deliveryCount === 1 ? Math.max(0, began - message.time.getTime()) / 1_000 : undefined;
  const attributes = {
    'messaging.system': 'nats',
    'messaging.operation.type': 'process',
    'messaging.consumer.group.name': durable,
    'zoetrope.delivery': deliveryCount,
  };
  const what = wantedHandler(message);
  const name = `${durable} ${what ?? 'unreadable'}`;
  return inSpan(name, { kind: 'CONSUMER', attributes }, async (span) => {
    const settlement = await deliver();
    const outcome = outcomeOf(settlement);
    span.set({ 'zoetrope.outcome': outcome });
    const seconds = (Date.now() - began) / 1_000;
    observer.delivered({ durable, what, outcome, seconds, waitedSeconds });
    return settlement;
  });
}

function outcomeOf(settlement: Settlement): DeliverySeen['outcome'] {
  if (settlement.kind === 'giveBack') return 'given-back';
  return settlement.parked ? 'parked' : 'done';
}
