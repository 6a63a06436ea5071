import { STREAMS } from '@zoetrope/contracts/streams';
import { brokerOf, persist } from './broker.js';
import type { EventLog } from './event-log.js';

/** What waits for one durable consumer, as the broker knows it; of all copies together. */
export interface ConsumerLag {
  readonly stream: string;
  readonly durable: string;
  /** Stored and not delivered yet. */
  readonly pending: number;
  /** Delivered, and neither acknowledged nor given back. */
  readonly unacknowledged: number;
  /** Of those, how many came more than once. */
  readonly redelivered: number;
}

/** Every durable of every stream. */
export async function consumerLags(log: EventLog): Promise<ConsumerLag[]> {
  const broker = brokerOf(log);
  const lags: ConsumerLag[] = [];
  for (const stream of Object.keys(STREAMS)) {
    const consumers = await persist(broker, `consumers of ${stream}`, () =>
      allOf(broker.manager.consumers.list(stream)),
    );
    for (const { config, num_pending, num_ack_pending, num_redelivered } of consumers) {
      if (!config.durable_name) continue;
      const counts = { pending: num_pending, unacknowledged: num_ack_pending, redelivered: num_redelivered };
      lags.push({ stream, durable: config.durable_name, ...counts });
    }
  }
  return lags;
}

async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all;
}
