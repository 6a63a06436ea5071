import type { Fact, Recorded, Service } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';

/** The command or fact an append answers to. Request id and traceparent default to the current work's. */
export interface Cause {
  readonly id: string;
  readonly requestId?: string;
  readonly traceparent?: string;
}

/** `conflict`: somebody else's fact stands where ours was to go. Read and decide again. */
export type Appended =
  | {
      readonly kind: 'appended';
      readonly seq: number;
      readonly id: string;
      /** Our own fact stood there already (a lost reply, a repeated delivery): `fact` is what the log says. */
      readonly already?: true;
      readonly fact?: Recorded;
    }
  | { readonly kind: 'conflict' };

export interface AppendOptions {
  /** Last sequence of the subject as it was read (0: no fact yet). Without it the append is unconditional. */
  readonly expect?: number;
  readonly cause: Cause;
  /** Tells facts of one type and cause apart. */
  readonly key?: string;
}

/** One fact of a batch, with what caused it. */
export interface BatchEntry extends Omit<AppendOptions, 'expect'> {
  readonly fact: Fact;
}

/** Sequences are inclusive. */
export interface ReadRange {
  readonly from?: number;
  readonly to?: number;
  /** Ends after about so many facts, a few hundred more at most. */
  readonly limit?: number;
}

/** A stream as its leader sees it. `created` (ISO time of its creation, or of its last restore) is the log's epoch. */
export interface StreamView {
  readonly created: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly messages: number;
}

export interface FollowOptions {
  /** Filters, not overlapping; none follows the whole stream. */
  readonly subjects?: readonly string[];
  /** `new`: what is appended from now on; a number: that stream sequence, inclusive. */
  readonly from: 'new' | 'start' | number;
  /** Told of a message that cannot be decoded, which is then skipped. Without it such a message ends the follow. */
  readonly onUndecodable?: (error: Error, seq: number) => void;
}

export interface Follow {
  /** Resolves when every fact that existed at opening was handled. */
  readonly caughtUp: Promise<void>;
  /** Resolves after `stop()`; rejects when `onFact` threw or a message could not be decoded. */
  readonly closed: Promise<void>;
  /** Every matching fact up to this stream sequence was handled. */
  position(): number;
  /** True once `position() >= seq`, false after `timeoutMs`. */
  waitFor(seq: number, timeoutMs: number): Promise<boolean>;
  /** Ends after the fact in hand. */
  stop(): Promise<void>;
}

/** Durable alarms: scheduled messages that fire on `due.<service>.<name>`, at least once. */
export interface Alarms {
  /**
   * Sets or replaces the alarm of that name. `at`: an instant, or milliseconds from now; the past fires at once.
   * @throws RangeError when it lies beyond the TIMERS stream's retention
   */
  set(service: Service, name: string, at: Date | number, data: unknown): Promise<void>;
  /** Fires `due.<service>.<name>` now; an alarm set under the name stays. */
  ring(service: Service, name: string, data: unknown): Promise<void>;
  /** Forgets the alarm; it may have fired already. */
  cancel(service: Service, name: string): Promise<void>;
}

export interface Lease {
  /** The last successful write began less than LEASE_MS ago, by this machine's monotonic clock. */
  isHeld(): boolean;
  /**
   * Grows whenever a write may have landed after the key had lapsed. What was concluded while holding stays true
   * only as long as this number: in between, others may have acted as if there were no holder.
   */
  lapses(): number;
  /** Rewrites the value now instead of at the next renewal. */
  renew(): Promise<void>;
  /** Stops renewing and removes the key. */
  release(): Promise<void>;
}

/** One holder as the broker sees it; `ageMs` since its last write, by the broker's clock. */
export interface LeaseView {
  readonly key: string;
  readonly value: unknown;
  readonly ageMs: number;
}

/** Leases of LEASE_MS, rewritten every LEASE_RENEW_MS. */
export interface Leases {
  /** Starts holding `key` (`gateway.<id>`); resolves after the first write. */
  hold(key: string, value: () => unknown): Promise<Lease>;
  /** Keys under `prefix` (`gateway.`) written less than LEASE_MS ago, read from the leader. */
  list(prefix: string): Promise<LeaseView[]>;
}

/** Anything that can be ended. */
export interface Subscription {
  stop(): void;
}

/** JSON over core NATS: not stored, at most once. */
export interface CoreBus {
  publish(subject: string, data: unknown): void;
  subscribe(subject: string, handler: (data: unknown, subject: string) => void): Subscription;
  /** @throws LogUnavailable when nobody answers within `timeoutMs` */
  request(subject: string, data: unknown, timeoutMs: number): Promise<unknown>;
  /** Answers requests. `queue`: one of the copies sharing that name gets each. `undefined` leaves it unanswered. */
  respond(
    subject: string,
    handler: (data: unknown, subject: string) => unknown,
    options?: { queue?: string },
  ): Subscription;
}

/** Texts under keys of the `snapshots` bucket. A get may come from a replica that lags, or find nothing. */
export interface Snapshots {
  get(key: string): Promise<string | undefined>;
  put(key: string, text: string): Promise<void>;
}

/** The event log: the truth of Zoetrope, on NATS JetStream. Every method may throw LogUnavailable. */
export interface EventLog {
  readonly service: Service;
  readonly alarms: Alarms;
  readonly leases: Leases;
  readonly snapshots: Snapshots;
  readonly core: CoreBus;
  /** Creates or updates the streams and the lease bucket of contracts; safe to call by every copy at once. */
  ensureStreams(): Promise<void>;
  /**
   * Appends one fact. Its id derives from cause, type and key, so a repeat is recognised.
   * An unknown outcome is resolved by repeating and reading.
   * @throws NotTheWriter, ZodError, LogUnavailable
   */
  append(subject: string, fact: Fact, options: AppendOptions): Promise<Appended>;
  /**
   * Appends several facts of one subject, all or none, in one atomic batch; their stream must take batches. Whatever
   * keeps them from being stored is a conflict, a lost reply too: read and decide again. What landed all the same is
   * then found, and what has not can no longer, since its expectation has passed.
   * @returns `seq` and `id` of the last one
   * @throws NotTheWriter, ZodError, LogUnavailable
   */
  appendAll(subject: string, entries: readonly BatchEntry[], expect: number): Promise<Appended>;
  /** The subject's first fact, from the stream leader. */
  first(subject: string): Promise<Recorded | undefined>;
  /** The subject's last fact, from the stream leader. */
  last(subject: string): Promise<Recorded | undefined>;
  /** The subject's last sequence from the leader; 0 when it has none. */
  lastSeq(subject: string): Promise<number>;
  /** Batched direct gets: may lag on a replica, so only an append with expectation may build on it. */
  read(subject: string, range?: ReadRange): Promise<Recorded[]>;
  /** Everything up to the subject's last sequence as the leader knows it. */
  readCurrent(subject: string, range?: Pick<ReadRange, 'from'>): Promise<Recorded[]>;
  /** Several subjects of one stream as they stood at one instant, in stream order, leader-checked. */
  readMerged(subjects: readonly string[], range?: Pick<ReadRange, 'from'>): Promise<Recorded[]>;
  /** One message by its stream sequence, from the leader. */
  get(stream: StreamName, seq: number): Promise<Recorded | undefined>;
  /**
   * Takes a subject's facts out of the log for ever, but its `keep` newest. Only for what its users deleted: the
   * sequences stay as they are, and whatever folds the subject finds the rest.
   */
  purge(subject: string, options?: { readonly keep?: number }): Promise<void>;
  lastStreamSeq(stream: StreamName): Promise<number>;
  streamInfo(stream: StreamName): Promise<StreamView>;
  /** Calls `onFact` one at a time, in stream order, across server restarts, none missing and none twice. */
  follow(
    stream: StreamName,
    options: FollowOptions,
    onFact: (fact: Recorded) => void | Promise<void>,
  ): Promise<Follow>;
  /** Whether the connection stands right now. */
  isConnected(): boolean;
  /** Stops follows and leases, sends what is buffered, closes. */
  close(): Promise<void>;
}
