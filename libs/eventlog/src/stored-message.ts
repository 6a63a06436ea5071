import type { JsMsg, StoredMsg } from '@nats-io/jetstream';
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
export const fromDelivered = (message: JsMsg): StoredMessage => ({
  stream: message.info.stream,
  subject: message.subject,
  seq: message.seq,
  ts: message.time.getTime(),
  headers: message.headers,
  body: message.data,
});
