import { setTimeout as delay } from 'node:timers/promises';
import {
  AckPolicy,
  type Consumer,
  type ConsumerMessages,
  DeliverPolicy,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { type Broker, persist } from './broker.js';
import { Lanes } from './lanes.js';
import type { Lane } from './on-fact.js';

const MAX_ACK_PENDING = 1_000;
/** Received messages a running one: what waits in busy lanes must not keep the others out. */
const HELD_PER_RUNNING = 4;
const PULL_MS = 5_000;

export interface DurableSpec {
  readonly stream: string;
  readonly durable: string;
  readonly filters: readonly string[];
  readonly concurrency: number;
  readonly lane: Lane;
  /** For checkers alone: acknowledges before the work is done. */
  readonly ackFirst?: boolean;
}

/** What becomes of a delivery. `giveBack`: deliver it again after `ms`. `parked`: what is acknowledged was given up. */
export type Settlement =
  | { readonly kind: 'ack'; readonly parked?: true }
  | { readonly kind: 'giveBack'; readonly ms: number };

/** Messages of a durable that no copy has got yet, and that some copy has and has not settled. */
export interface Backlog {
  readonly durable: string;
  readonly pending: number;
  readonly unacknowledged: number;
}

/** Handles one delivery; must not reject. */
export type Handle = (message: JsMsg, signal: AbortSignal) => Promise<Settlement>;

/**
 * A durable pull consumer shared by all copies of a service. Asks only for what it can hold, heartbeats all it
 * holds, and runs it in lanes.
 */
export class DurableConsumer {
  private readonly held = new Map<number, JsMsg>();
  private readonly lanes: Lanes;
  private readonly abort = new AbortController();
  private pulling: ConsumerMessages | undefined;
  private loop: Promise<void> | undefined;
  private freed = Promise.withResolvers<void>();
  private heartbeat: NodeJS.Timeout | undefined;
  private readonly unsubscribe: () => void;

  constructor(
    private readonly broker: Broker,
    private readonly spec: DurableSpec,
    private readonly handle: Handle,
    private readonly ackWaitMs: number,
  ) {
    this.lanes = new Lanes(spec.concurrency);
    this.unsubscribe = broker.onDisconnect(() => this.pulling?.stop());
  }

  /** Resolves when the consumer exists; from then on messages are handled. */
  async start(): Promise<void> {
    const consumer = await persist(this.broker, `consumer ${this.spec.durable}`, () => this.ensure());
    this.heartbeat = setInterval(() => this.beat(), this.ackWaitMs / 3);
    this.loop = this.pullForEver(consumer);
  }

  /** Stops fetching, gives back what has not begun, and waits up to `graceMs` for what has. */
  async stop(graceMs: number): Promise<void> {
    this.abort.abort();
    this.pulling?.stop();
    this.release();
    await this.loop;
    const deadline = delay(graceMs, 'late', { ref: false });
    while (this.held.size > 0) if ((await Promise.race([this.freed.promise, deadline])) === 'late') break;
    clearInterval(this.heartbeat);
    this.unsubscribe();
  }

  /** @throws the client's error when the broker does not answer */
  async backlog(): Promise<Backlog> {
    const { stream, durable } = this.spec;
    const { num_pending, num_ack_pending } = await this.broker.manager.consumers.info(stream, durable);
    return { durable, pending: num_pending, unacknowledged: num_ack_pending };
  }

  private async ensure(): Promise<Consumer> {
    const { stream, durable, filters } = this.spec;
    const changeable = {
      filter_subjects: [...filters],
      ack_wait: nanos(this.ackWaitMs),
      max_ack_pending: MAX_ACK_PENDING,
      // Parking is the handler's decision: past a limit the broker would just fall silent.
      max_deliver: -1,
    };
    const { consumers } = this.broker.manager;
    const present = await consumers.info(stream, durable).catch((error: Error & { code?: number }) => {
      if (error.code === CONSUMER_NOT_FOUND) return undefined;
      throw error;
    });
    if (present) await consumers.update(stream, durable, changeable);
    else
      await consumers.add(stream, {
        durable_name: durable,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ...changeable,
      });
    return this.broker.jetstream.consumers.get(stream, durable);
  }

  private async pullForEver(consumer: Consumer): Promise<void> {
    for (let failures = 0; !this.stopping; ) {
      const room = this.spec.concurrency * HELD_PER_RUNNING - this.held.size;
      if (room <= 0) {
        await this.freed.promise;
        continue;
      }
      try {
        await this.pull(consumer, Math.min(room, this.spec.concurrency));
        failures = 0;
      } catch {
        // The broker restarts or the consumer has no leader; the service's readiness tells of it.
        await delay(Math.min(50 * 2 ** failures++, 1_000), undefined, { signal: this.abort.signal }).catch(
          () => {},
        );
      }
    }
  }

  private async pull(consumer: Consumer, count: number): Promise<void> {
    if (!this.broker.isConnected()) throw new Error('not connected');
    const messages = await consumer.fetch({ max_messages: count, expires: PULL_MS });
    this.pulling = messages;
    if (this.stopping) messages.stop();
    for await (const message of messages) this.take(message);
  }

  private take(message: JsMsg): void {
    if (this.stopping) {
      message.nak();
      return;
    }
    // Delivered again while its handler runs (a paused process, a restarted broker): the newest delivery is the
    // one to acknowledge, and running it twice at once helps nobody.
    const again = this.held.has(message.seq);
    if (this.spec.ackFirst) message.ack();
    this.held.set(message.seq, message);
    if (!again) this.lanes.add(this.spec.lane(message), () => this.run(message.seq));
  }

  private async run(seq: number): Promise<void> {
    const message = this.held.get(seq);
    if (!message) return;
    const settlement: Settlement = this.stopping
      ? { kind: 'giveBack', ms: 0 }
      : await this.handle(message, this.abort.signal);
    const latest = this.held.get(seq) ?? message;
    this.held.delete(seq);
    // done, or dead-lettered: its effect is stored
    if (settlement.kind === 'ack') latest.ack();
    // failed or not yet: the broker brings it again
    else latest.nak(settlement.ms);
    this.release();
  }

  private beat(): void {
    for (const message of this.held.values()) message.working();
  }

  private release(): void {
    const { resolve } = this.freed;
    this.freed = Promise.withResolvers<void>();
    resolve();
  }

  private get stopping(): boolean {
    return this.abort.signal.aborted;
  }
}

const CONSUMER_NOT_FOUND = 10014;
