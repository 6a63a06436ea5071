import type { MsgRequest } from '@nats-io/jetstream';
import { DEAD_LETTERS, retrySubject } from '@zoetrope/contracts/subjects';
import { brokerOf, persist } from './broker.js';
import { contextHeaders } from './ce-headers.js';
import type { DeadLetter } from './dead-letters.js';
import type { EventLog } from './event-log.js';
import { letterOf, type RetryOrder, removeLetter } from './retries.js';

export type { DeadLetter } from './dead-letters.js';

/** A dead letter and its number: its sequence on DEADLETTERS. */
export interface Buried {
  readonly id: number;
  readonly letter: DeadLetter;
}

/** What handlers gave up on and nobody has dealt with, oldest first. */
export async function deadLetters(log: EventLog): Promise<Buried[]> {
  const broker = brokerOf(log);
  const found: Buried[] = [];
  // One by one: a consumer would wait for ever for one that is taken away meanwhile.
  for (let from = 1; ; ) {
    const query = { seq: from, next_by_subj: DEAD_LETTERS } as unknown as MsgRequest;
    const message = await persist(broker, 'dead letters', () =>
      broker.manager.streams.getMessage('DEADLETTERS', query),
    );
    if (!message) return found;
    found.push({ id: message.seq, letter: message.json<DeadLetter>() });
    from = message.seq + 1;
  }
}

/** One of them. */
export async function deadLetter(log: EventLog, id: number): Promise<Buried | undefined> {
  const letter = await letterOf(brokerOf(log), id);
  return letter && { id, letter };
}

/**
 * Orders the service to try it again: with that one handler, now or when the service runs. It goes when it is done, and
 * is buried anew, under another number, when it fails again.
 */
export async function orderRetry(log: EventLog, { id, letter }: Buried): Promise<void> {
  const broker = brokerOf(log);
  const order: RetryOrder = { letter: id };
  const hdrs = contextHeaders();
  hdrs.set('Nats-Msg-Id', `retry:${id}`);
  await persist(broker, `order to retry ${id}`, () =>
    broker.jetstream.publish(retrySubject(letter.service, letter.durable), JSON.stringify(order), {
      headers: hdrs,
    }),
  );
}

/** Takes it away for good. @returns false when there is none of that number */
export async function dropDeadLetter(log: EventLog, id: number): Promise<boolean> {
  return (await deadLetter(log, id)) !== undefined && removeLetter(brokerOf(log), id);
}
