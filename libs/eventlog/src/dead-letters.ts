import { headers } from '@nats-io/nats-core';
import type { Service } from '@zoetrope/contracts/fact';
import { deadSubject } from '@zoetrope/contracts/subjects';
import { type Broker, persist } from './broker.js';
import { contextHeaders } from './ce-headers.js';
import type { StoredMessage } from './stored-message.js';

/** What a handler gave up on: the body of a message on `dead.<service>.<durable>`. */
export interface DeadLetter {
  readonly service: Service;
  readonly durable: string;
  readonly stream: string;
  readonly subject: string;
  readonly seq: number;
  readonly headers: Record<string, string[]>;
  /** As stored; base64 where it is not UTF-8. */
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  readonly why: string;
  readonly stack?: string;
  readonly deliveryCount: number;
  /** Unix ms. */
  readonly at: number;
}

export interface Burial {
  readonly service: Service;
  readonly durable: string;
  readonly message: StoredMessage;
  readonly why: string;
  readonly error?: unknown;
  readonly deliveryCount: number;
  /** Sequence of the order that had it tried again. */
  readonly retry?: number;
}

/** Stores a dead letter; one message gives one letter, however often it is buried within the broker's window. */
export async function bury(broker: Broker, burial: Burial): Promise<void> {
  const { service, durable, message, why, error, deliveryCount, retry } = burial;
  const letter: DeadLetter = {
    service,
    durable,
    stream: message.stream,
    subject: message.subject,
    seq: message.seq,
    headers: Object.fromEntries(
      (message.headers ?? headers()).keys().map((k) => [k, message.headers?.values(k) ?? []]),
    ),
    ...textOf(message.body),
    why,
    stack: error instanceof Error ? error.stack : undefined,
    deliveryCount,
    at: Date.now(),
  };
  const marked = contextHeaders();
  marked.set(
    'Nats-Msg-Id',
    `dead:${durable}:${message.stream}:${message.seq}:${deliveryCount}:${retry ?? ''}`,
  );
  await persist(broker, `dead letter of ${durable}`, () =>
    broker.jetstream.publish(deadSubject(service, durable), JSON.stringify(letter), { headers: marked }),
  );
}

function textOf(body: Uint8Array): { body: string; encoding: 'utf8' | 'base64' } {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true }).decode(body), encoding: 'utf8' };
  } catch {
    return { body: Buffer.from(body).toString('base64'), encoding: 'base64' };
  }
}
