import type { JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/nats-core';
import type { Service } from '@zoetrope/contracts/fact';
import { retryOrders } from '@zoetrope/contracts/subjects';
import { type Broker, persist } from './broker.js';
import type { DeadLetter } from './dead-letters.js';
import type { DurableSpec, Handle, Settlement } from './durable-consumer.js';
import type { DurableHandlers } from './handler-table.js';
import type { Delivered } from './stored-message.js';

/** Attempts of one order; then the message is buried anew. An operator waits for it. */
const ATTEMPTS = 5;
const AT_ONCE = 8;

/** Body of an order on `dead.retry.<service>.<durable>`: the letter by its sequence on DEADLETTERS. */
export interface RetryOrder {
  readonly letter: number;
}

type Deliver = (
  durable: DurableHandlers,
  message: Delivered,
  signal: AbortSignal,
  retry: number,
) => Promise<Settlement>;

/**
 * The durable `<service>-retries`: brings the original of a dead letter to the one handler that gave it up. Putting it
 * into the log again would bring it to every consumer, and would be a second fact.
 */
export function retriesOf(
  broker: Broker,
  service: Service,
  durables: readonly DurableHandlers[],
  deliver: Deliver,
): { spec: DurableSpec; handle: Handle } {
  const spec: DurableSpec = {
    stream: 'DEADLETTERS',
    durable: `${service}-retries`,
    filters: [retryOrders(service)],
    concurrency: AT_ONCE,
    // One handler's letters one at a time, in the order they were asked for.
    lane: ({ subject }) => subject,
  };
  const handle: Handle = async (message, signal) => {
    const id = message.json<RetryOrder>().letter;
    const letter = await letterOf(broker, id);
    const durable = durables.find((one) => one.durable === letter?.durable);
    // Dropped or done meanwhile; or nobody handles such messages any more: then the letter stays.
    if (!letter || !durable) return { kind: 'ack' };
    const again = { ...durable, maxDeliveries: ATTEMPTS };
    const settlement = await deliver(again, originalOf(letter, message), signal, message.seq);
    if (settlement.kind === 'ack') await removeLetter(broker, id);
    return settlement;
  };
  return { spec, handle: (message, signal) => handle(message, signal).catch(() => COMES_AGAIN) };
}

/** The broker was away; nothing is lost. */
const COMES_AGAIN: Settlement = { kind: 'giveBack', ms: 1_000 };

/** @returns undefined when there is none of that sequence */
export async function letterOf(broker: Broker, id: number): Promise<DeadLetter | undefined> {
  const message = await persist(broker, `dead letter ${id}`, () =>
    broker.manager.streams.getMessage('DEADLETTERS', { seq: id }),
  );
  return message?.subject.split('.').length === 3 ? message.json<DeadLetter>() : undefined;
}

/** Takes a letter away; a no-op when it has gone. */
export async function removeLetter(broker: Broker, id: number): Promise<boolean> {
  const { streams } = broker.manager;
  return persist(broker, `removal of dead letter ${id}`, () =>
    streams.deleteMessage('DEADLETTERS', id, false),
  ).catch((error: Error) => {
    // "no message found": another copy was first.
    if (/no message found|message.*not found/i.test(error.message)) return false;
    throw error;
  });
}

/** The message as it was given up, brought by the order's delivery. */
function originalOf(letter: DeadLetter, order: JsMsg): Delivered {
  const hdrs = headers();
  for (const [name, values] of Object.entries(letter.headers))
    for (const value of values) hdrs.append(name, value);
  const data = Buffer.from(letter.body, letter.encoding);
  return {
    subject: letter.subject,
    seq: letter.seq,
    headers: hdrs,
    data,
    time: new Date(letter.at),
    json: () => JSON.parse(data.toString('utf8')),
    info: { stream: letter.stream, deliveryCount: order.info.deliveryCount },
  };
}
