import type { DeliveryInfo, JsMsg, StoredMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/nats-core';

/** A message of a stream, whatever call brought it. */
export interface StoredMessage {
  readonly stream: string;
  readonly subject: string;
  readonly seq: number;
  /** When the broker stored it, Unix ms. */
  readonly ts: number;
  readonly headers: MsgHdrs | undefined;
  readonly body: Uint8Array;
}

/** What a handler's message is read from: one that a consumer brought, or one that is tried again from its dead letter. */
export type Delivered = Pick<JsMsg, 'subject' | 'seq' | 'headers' | 'data' | 'time' | 'json'> & {
  readonly info: Pick<DeliveryInfo, 'stream' | 'deliveryCount'>;
};

/** A header's value; undefined where it is absent (the client says ''). */
export const header = (message: StoredMessage, name: string): string | undefined =>
  message.headers?.get(name) || undefined;

/** A message read by a get, from the leader or a replica. */
export const fromStored = (stream: string, message: StoredMsg): StoredMessage => ({
  stream,
  subject: message.subject,
  seq: message.seq,
  ts: message.time.getTime(),
  headers: message.header,
  body: message.data,
});

/** A message brought by a consumer. */
export const fromDelivered = (message: Delivered): StoredMessage => ({
  stream: message.info.stream,
  subject: message.subject,
  seq: message.seq,
  ts: message.time.getTime(),
  headers: message.headers,
  body: message.data,
});
