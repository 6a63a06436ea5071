import type { StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { createInbox } from '@nats-io/nats-core';
import type { StreamName } from '@zoetrope/contracts/streams';
import { type Broker, brokerOf } from './broker.js';
import type { EventLog } from './event-log.js';
import { EPOCH } from './streams.js';

/** What a stream was when its copy began: needed to put it back. Opaque to everybody else. */
export interface StreamCopy {
  readonly config: Partial<StreamConfig>;
  readonly state: StreamInfo['state'];
}

/** Bytes of one piece of a copy, and how long the server may be silent between two, ms. */
const CHUNK = 128 * 1024;
const SILENCE_MS = 30_000;

interface ApiError {
  readonly error?: { readonly description?: string };
}

async function ask<T>({ connection }: Broker, subject: string, body: object | Uint8Array): Promise<T> {
  const payload = body instanceof Uint8Array ? body : JSON.stringify(body);
  const reply = await connection.request(subject, payload, { timeout: SILENCE_MS });
  const answer = (reply.data.length > 0 ? reply.json() : {}) as T & ApiError;
  if (answer.error) throw new Error(`${subject}: ${answer.error.description}`);
  return answer;
}

/**
 * Copies a stream as it is, sequences and gaps included, by the server's own snapshot (ADR of JetStream: the API that
 * `nats stream backup` uses). Consumers are left out: services make theirs again and find what is done done.
 * @param write is given the pieces in order; the server waits for it
 */
export async function copyStream(
  log: EventLog,
  stream: StreamName,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<StreamCopy> {
  const broker = brokerOf(log);
  const inbox = createInbox();
  const pieces = broker.connection.subscribe(inbox);
  try {
    const how = { deliver_subject: inbox, no_consumers: true, chunk_size: CHUNK };
    const copy = await ask<StreamCopy>(broker, `$JS.API.STREAM.SNAPSHOT.${stream}`, how);
    for await (const { data, headers, reply } of pieces) {
      if (data.length === 0) {
        const status = headers?.code ?? 0;
        if (status >= 400) throw new Error(`the copy of ${stream} broke off: ${headers?.description}`);
        break;
      }
      await write(data);
      if (reply) broker.connection.publish(reply);
    }
    return { config: copy.config, state: copy.state };
  } finally {
    pieces.unsubscribe();
  }
}

/**
 * Puts a copy back in place of whatever stream there is, with its old sequences and under a new epoch.
 * @param epoch ISO time; whoever remembers a place in the log it replaces learns from it that the log is another one
 */
export async function putBackStream(
  log: EventLog,
  copy: StreamCopy,
  chunks: AsyncIterable<Uint8Array>,
  epoch: string,
): Promise<void> {
  const broker = brokerOf(log);
  const name = copy.config.name ?? '';
  await broker.manager.streams.delete(name).catch((error: { code?: number }) => {
    if (error.code !== STREAM_NOT_FOUND) throw error;
  });
  const into = `$JS.API.STREAM.RESTORE.${name}`;
  const { deliver_subject } = await ask<{ deliver_subject: string }>(broker, into, copy);
  for await (const chunk of chunks) await ask(broker, deliver_subject, chunk);
  await ask(broker, deliver_subject, new Uint8Array());
  await markEpoch(log, name as StreamName, epoch);
}

const STREAM_NOT_FOUND = 10059;

/** Gives a stream another epoch: its sequences may from now on mean other facts than they did. */
export async function markEpoch(log: EventLog, stream: StreamName, epoch: string): Promise<void> {
  const { manager } = brokerOf(log);
  const { config } = await manager.streams.info(stream);
  await manager.streams.update(stream, { metadata: { ...config.metadata, [EPOCH]: epoch } });
}

/**
 * Removes what was stored after `at` (the broker's time, Unix ms). Its sequences are not given away again, so no
 * reference of a fact to another ever points to a third one.
 * @returns how many messages that were
 */
export async function cutStream(log: EventLog, stream: StreamName, at: number): Promise<number> {
  const { streams } = brokerOf(log).manager;
  const { state } = await streams.info(stream);
  let cut = 0;
  for (let seq = state.last_seq; seq >= state.first_seq && state.messages > 0; seq--) {
    const message = await streams.getMessage(stream, { seq });
    if (!message) continue; // one of the gaps that a purge leaves
    if (message.time.getTime() <= at) break;
    await streams.deleteMessage(stream, seq, false);
    cut += 1;
  }
  return cut;
}

/** The broker's clock, Unix ms. */
export async function brokerTime(log: EventLog): Promise<number> {
  const info = await brokerOf(log).manager.streams.info('ASSETS');
  return Date.parse(String(info.ts));
}
