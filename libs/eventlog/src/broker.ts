import { setTimeout as delay } from 'node:timers/promises';
import {
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { LogUnavailable } from './errors.js';
import type { EventLog } from './event-log.js';
import { type LogObserver, NOBODY } from './observer.js';

/** One connection and what everything on it shares. */
export interface Broker {
  readonly connection: NatsConnection;
  readonly jetstream: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Milliseconds one operation may take, its repeats included. */
  readonly timeoutMs: number;
  /** Called at each loss of the connection. Returns how to unsubscribe. */
  onDisconnect(listener: () => void): () => void;
  /** Called at each return of the connection. Returns how to unsubscribe. */
  onReconnect(listener: () => void): () => void;
  isConnected(): boolean;
  /** Run before the connection drains. */
  readonly closing: Set<() => Promise<void> | void>;
  readonly observer: LogObserver;
}

/** Longest wait for one answer; an operation repeats within its own time. */
const ANSWER_MS = 3_000;
const CONNECT_MS = 5_000;

/** Connects; from then on the client reconnects for ever, every quarter of a second or so. */
export async function openBroker(
  url: string,
  name: string,
  timeoutMs: number,
  observer: LogObserver = NOBODY,
): Promise<Broker> {
  const connection = await connect({
    servers: url.split(',').map((server) => server.trim()),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    pingInterval: 10_000,
    timeout: CONNECT_MS,
  });
  const options = { timeout: Math.min(ANSWER_MS, timeoutMs), checkAPI: false };
  const lost = new Set<() => void>();
  const back = new Set<() => void>();
  let connected = true;
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') connected = false;
      if (type === 'reconnect') connected = true;
      for (const listener of type === 'disconnect' ? lost : type === 'reconnect' ? back : []) listener();
    }
  })();
  const subscribe = (listeners: Set<() => void>) => (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    connection,
    jetstream: jetstream(connection, options),
    manager: await jetstreamManager(connection, options),
    timeoutMs,
    onDisconnect: subscribe(lost),
    onReconnect: subscribe(back),
    isConnected: () => connected && !connection.isClosed(),
    closing: new Set(),
    observer,
  };
}

/** Whether an answer is the broker's last word. Others (time-outs, no responders, 5xx) may pass. */
export const isRefusal = (error: unknown): error is JetStreamApiError =>
  error instanceof JetStreamApiError && error.status < 500;

/**
 * Repeats an idempotent operation until it succeeds, the broker refuses it, or its time is over. A lost connection
 * ends an attempt at once: its answer would never come.
 * @throws LogUnavailable when the time is over; the broker's own error when it refuses
 */
export async function persist<T>(broker: Broker, what: string, operation: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + broker.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    try {
      await connected(broker, deadline);
      return await unlessDisconnected(broker, operation);
    } catch (error) {
      if (isRefusal(error)) throw error;
      if (broker.connection.isClosed() || performance.now() >= deadline)
        throw new LogUnavailable(`${what}: ${reasonOf(error)}`, { cause: error });
      await delay(Math.min(25 * 2 ** attempt, 400));
    }
  }
}

async function connected(broker: Broker, deadline: number): Promise<void> {
  if (broker.isConnected() || broker.connection.isClosed()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const unsubscribe = broker.onReconnect(resolve);
  const timer = setTimeout(
    () => reject(new Error('not connected')),
    Math.max(0, deadline - performance.now()),
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}

async function unlessDisconnected<T>(broker: Broker, operation: () => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const unsubscribe = broker.onDisconnect(() => reject(new Error('the connection was lost')));
  try {
    return await Promise.race([operation(), promise]);
  } finally {
    unsubscribe();
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const brokers = new WeakMap<EventLog, Broker>();
export const rememberBroker = (log: EventLog, broker: Broker): void => void brokers.set(log, broker);

/** The broker under a log, for the parts of this library that need more than EventLog offers. */
export function brokerOf(log: EventLog): Broker {
  const broker = brokers.get(log);
  if (!broker) throw new Error('this log was not made by connectLog');
  return broker;
}
