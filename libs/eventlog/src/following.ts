import { setTimeout as delay } from 'node:timers/promises';
import { type ConsumerMessages, DeliverPolicy } from '@nats-io/jetstream';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';
import type { Broker } from './broker.js';
import { decode } from './decode.js';
import type { Follow, FollowOptions } from './event-log.js';
import { fromDelivered } from './stored-message.js';

const BUFFERED = 500;

type OnFact = (fact: Recorded) => void | Promise<void>;

/** An error that reading again cannot heal: the caller's handler threw, or a message cannot be decoded. */
class Fatal extends Error {}

/**
 * An ordered consumer, opened again from the position whenever the connection was lost: what was buffered is
 * dropped and read again, so nothing is missing and nothing comes twice.
 */
export class Following implements Follow {
  readonly caughtUp: Promise<void>;
  readonly closed: Promise<void>;
  private readonly reachedEnd = Promise.withResolvers<void>();
  private readonly waiters = new Set<() => void>();
  private readonly unsubscribe: () => void;
  private readonly onClosing = () => this.stop();
  private messages: ConsumerMessages | undefined;
  private stopped = false;

  /** @param at position to start after; @param end last stream sequence at opening */
  constructor(
    private readonly broker: Broker,
    private readonly stream: StreamName,
    private readonly options: FollowOptions,
    private readonly onFact: OnFact,
    private at: number,
    private readonly end: number,
  ) {
    this.caughtUp = this.reachedEnd.promise;
    // Whoever awaits it still gets the rejection; one that nobody awaits is reported by `closed`.
    this.caughtUp.catch(() => undefined);
    this.unsubscribe = broker.onDisconnect(() => this.messages?.stop());
    broker.closing.add(this.onClosing);
    if (at >= end) this.reachedEnd.resolve();
    this.closed = this.run().finally(() => {
      this.unsubscribe();
      broker.closing.delete(this.onClosing);
    });
  }

  position(): number {
    return this.at;
  }

  async waitFor(seq: number, timeoutMs: number): Promise<boolean> {
    if (this.at >= seq) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const check = () => this.at >= seq && resolve(true);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    this.waiters.add(check);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.waiters.delete(check);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.messages?.stop();
    await this.closed.catch(() => undefined);
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopped; ) {
      const before = this.at;
      try {
        await this.pass();
      } catch (error) {
        if (error instanceof Fatal) {
          this.reachedEnd.reject(error.cause);
          throw error.cause;
        }
      }
      failures = this.at > before ? 0 : failures + 1;
      if (!this.stopped) await delay(Math.min(50 * 2 ** failures, 1_000));
    }
    this.reachedEnd.reject(new Error('the follow was stopped before it caught up'));
  }

  /** One consumer's life. */
  private async pass(): Promise<void> {
    const consumer = await this.broker.jetstream.consumers.get(this.stream, {
      filter_subjects: this.options.subjects ? [...this.options.subjects] : undefined,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.at + 1,
      inactive_threshold: 30_000,
    });
    const { num_pending } = await consumer.info(true);
    if (num_pending === 0) this.advance(this.end);
    const messages = await consumer.consume({ max_messages: BUFFERED, expires: 10_000 });
    this.messages = messages;
    if (this.stopped || !this.broker.isConnected()) messages.stop();
    for await (const message of messages) {
      // A stopped consumer still hands out what it had buffered.
      if (this.stopped) break;
      if (message.seq <= this.at) continue;
      await this.hand(message.seq, () => decode(fromDelivered(message)));
      this.advance(message.info.pending === 0 ? Math.max(message.seq, this.end) : message.seq);
    }
  }

  private async hand(seq: number, read: () => Recorded): Promise<void> {
    let fact: Recorded;
    try {
      fact = read();
    } catch (error) {
      if (!this.options.onUndecodable) throw new Fatal('undecodable', { cause: error });
      this.options.onUndecodable(error as Error, seq);
      return;
    }
    try {
      await this.onFact(fact);
    } catch (error) {
      throw new Fatal('handler', { cause: error });
    }
  }

  private advance(to: number): void {
    if (to > this.at) this.at = to;
    if (this.at >= this.end) this.reachedEnd.resolve();
    for (const check of [...this.waiters]) check();
  }
}
