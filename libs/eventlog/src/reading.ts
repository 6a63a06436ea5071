import { setTimeout as delay } from 'node:timers/promises';
import type { MsgRequest, NextMsgRequest, StoredMsg } from '@nats-io/jetstream';
import type { Recorded } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';
import { type Broker, persist } from './broker.js';
import { decode } from './decode.js';
import type { ReadRange, StreamView } from './event-log.js';
import { fromStored } from './stored-message.js';
import { EPOCH, streamOf } from './streams.js';

const BATCH = 512;
/** How often a lagging replica is asked again before the leader is read one by one. */
const STALE_TRIES = 4;

/** STREAM.MSG.GET takes `next_by_subj` as well (JSApiMsgGetRequest); the client's types leave it out. */
type LeaderQuery = MsgRequest | NextMsgRequest;

/** Reads by exact subject. A leader's answer is current; a direct get may come from a replica that lags. */
export class Reading {
  constructor(private readonly broker: Broker) {}

  async last(subject: string): Promise<Recorded | undefined> {
    const stream = streamOf(subject);
    return this.fromLeader(stream, { last_by_subj: subject });
  }

  async first(subject: string): Promise<Recorded | undefined> {
    return this.firstFrom(subject, 1);
  }

  async lastSeq(subject: string): Promise<number> {
    const message = await this.leaderMessage(streamOf(subject), { last_by_subj: subject });
    return message?.seq ?? 0;
  }

  async get(stream: StreamName, seq: number): Promise<Recorded | undefined> {
    return this.fromLeader(stream, { seq });
  }

  /** The subject's first fact at or after a stream sequence, from the leader. */
  async firstFrom(subject: string, seq: number): Promise<Recorded | undefined> {
    return this.fromLeader(streamOf(subject), { seq, next_by_subj: subject });
  }

  async streamInfo(stream: StreamName): Promise<StreamView> {
    const info = await persist(this.broker, `info of ${stream}`, () =>
      this.broker.manager.streams.info(stream),
    );
    const { config, state } = info;
    const created = config.metadata?.[EPOCH] ?? info.created;
    return { created, firstSeq: state.first_seq, lastSeq: state.last_seq, messages: state.messages };
  }

  async read(
    subject: string,
    { from = 1, to = Number.MAX_SAFE_INTEGER, limit = Number.MAX_SAFE_INTEGER }: ReadRange = {},
  ): Promise<Recorded[]> {
    const facts: Recorded[] = [];
    let next = Math.max(1, from);
    while (next <= to && facts.length < limit) {
      const batch = await persist(this.broker, `read of ${subject}`, () => this.batch(subject, next));
      for (const message of batch)
        if (message.seq <= to) facts.push(this.recorded(streamOf(subject), message));
      const end = batch.at(-1);
      if (!end || end.pending === 0) break;
      next = end.seq + 1;
    }
    return facts;
  }

  async readCurrent(subject: string, { from = 1 }: Pick<ReadRange, 'from'> = {}): Promise<Recorded[]> {
    const to = await this.lastSeq(subject);
    return to < from ? [] : this.readThrough(subject, from, to);
  }

  async readMerged(
    subjects: readonly string[],
    { from = 1 }: Pick<ReadRange, 'from'> = {},
  ): Promise<Recorded[]> {
    const [stream, ...others] = new Set(subjects.map(streamOf));
    if (!stream) return [];
    if (others.length > 0) throw new Error('readMerged: subjects of different streams have no common order');
    // Whatever is at or below this sequence is visible to every read that follows: one instant of the log,
    // in which no fact lacks its cause.
    const { lastSeq } = await this.streamInfo(stream);
    const parts = await Promise.all(subjects.map((subject) => this.readCurrent(subject, { from })));
    return parts
      .flat()
      .filter(({ meta }) => meta.seq <= lastSeq)
      .sort((a, b) => a.meta.seq - b.meta.seq);
  }

  /** Direct reads until the fact at `to` is there; what a replica still lacks comes from the leader. */
  private async readThrough(subject: string, from: number, to: number): Promise<Recorded[]> {
    const facts: Recorded[] = [];
    for (let attempt = 0; attempt < STALE_TRIES; attempt++) {
      if (attempt > 0) await delay(5 * 2 ** attempt);
      // One by one: spread as arguments, a hundred thousand facts are more than a stack holds.
      for (const fact of await this.read(subject, { from: after(facts, from), to })) facts.push(fact);
      if (facts.at(-1)?.meta.seq === to) return facts;
    }
    while (after(facts, from) <= to) {
      const next = await this.firstFrom(subject, after(facts, from));
      if (!next || next.meta.seq > to) break;
      facts.push(next);
    }
    return facts;
  }

  private async batch(subject: string, seq: number): Promise<StoredMsg[]> {
    const found: StoredMsg[] = [];
    const query = { seq, next_by_subj: subject, batch: BATCH };
    try {
      for await (const message of await this.broker.manager.direct.getBatch(streamOf(subject), query)) {
        found.push(message);
      }
    } catch (error) {
      // "Message not found": nothing at or after `seq`.
      if ((error as { code?: number }).code !== 404) throw error;
    }
    return found;
  }

  private leaderMessage(stream: StreamName, query: LeaderQuery): Promise<StoredMsg | null> {
    return persist(this.broker, `get from ${stream}`, () =>
      this.broker.manager.streams.getMessage(stream, query as MsgRequest),
    );
  }

  private async fromLeader(stream: StreamName, query: LeaderQuery): Promise<Recorded | undefined> {
    const message = await this.leaderMessage(stream, query);
    return message ? this.recorded(stream, message) : undefined;
  }

  private recorded(stream: StreamName, message: StoredMsg): Recorded {
    return decode(fromStored(stream, message));
  }
}

const after = (facts: readonly Recorded[], from: number): number => {
  const last = facts.at(-1);
  return last ? last.meta.seq + 1 : from;
};
