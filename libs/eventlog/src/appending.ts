import { JetStreamApiError } from '@nats-io/jetstream';
import { type MsgHdrs, nuid } from '@nats-io/nats-core';
import type { Fact, Recorded, Service } from '@zoetrope/contracts/fact';
import { FACTS } from '@zoetrope/contracts/facts/registry';
import { type Broker, persist } from './broker.js';
import { factHeaders } from './ce-headers.js';
import { NotAFact, NotTheWriter } from './errors.js';
import type { Appended, AppendOptions, BatchEntry } from './event-log.js';
import { factId, messageId } from './identity.js';
import type { Reading } from './reading.js';
import { streamOf } from './streams.js';

/** Both say that the subject's last sequence is not the expected one. */
const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
/** Another copy of this very message is on its way through the stream (R3): its outcome is not known yet. */
const SAME_MESSAGE_IN_FLIGHT = 10158;

type Answer =
  | { kind: 'stored'; seq: number }
  | { kind: 'duplicate'; seq: number }
  | { kind: 'wrong-sequence' };

interface Message {
  readonly subject: string;
  readonly id: string;
  readonly headers: MsgHdrs;
  readonly body: string;
}

/** Appends facts of one service. */
export class Appending {
  constructor(
    private readonly broker: Broker,
    private readonly reading: Reading,
    private readonly service: Service,
  ) {}

  async append(subject: string, fact: Fact, options: AppendOptions): Promise<Appended> {
    const message = this.encode(subject, fact, options);
    // Repeating is safe: the same message id and expectation can be stored once only, and the answer to a
    // repeat leads to the first one's fact.
    const answer = await persist(this.broker, `append to ${subject}`, () => this.publish(message));
    if (answer.kind === 'stored') return { kind: 'appended', seq: answer.seq, id: message.id };
    const standing = await this.standing(message, answer, options.expect);
    if (standing?.meta.id !== message.id) return { kind: 'conflict' };
    return { kind: 'appended', seq: standing.meta.seq, id: message.id, already: true, fact: standing };
  }

  async appendAll(subject: string, entries: readonly BatchEntry[], expect: number): Promise<Appended> {
    const messages = entries.map(({ fact, ...how }, index) =>
      // A batch takes one expectation a subject, on its first message.
      this.encode(subject, fact, index === 0 ? { ...how, expect } : how),
    );
    const seq = await this.publishBatch(messages);
    const id = messages.at(-1)?.id;
    return seq === undefined || id === undefined ? { kind: 'conflict' } : { kind: 'appended', seq, id };
  }

  /** ADR-50 of NATS: all but the last are sent without an answer, the last one commits. @returns its sequence */
  private async publishBatch(messages: readonly Message[]): Promise<number | undefined> {
    const batch = nuid.next();
    const commit = messages.at(-1);
    for (const [index, { headers }] of messages.entries()) {
      headers.set('Nats-Batch-Id', batch);
      headers.set('Nats-Batch-Sequence', String(index + 1));
    }
    if (!commit) return undefined;
    commit.headers.set('Nats-Batch-Commit', '1');
    const { connection, jetstream } = this.broker;
    for (const { subject, headers, body } of messages.slice(0, -1))
      connection.publish(subject, body, { headers });
    try {
      const ack = await jetstream.publish(commit.subject, commit.body, { headers: commit.headers });
      return ack.seq;
    } catch {
      // Refused, or its answer was lost: either way the caller reads what the log says.
      return undefined;
    }
  }

  private encode(subject: string, fact: Fact, { cause, expect, key }: AppendOptions): Message {
    const kind = FACTS.get(fact.type);
    if (!kind) throw new NotAFact(`nobody declared ${fact.type}`);
    if (!kind.writers.includes(this.service))
      throw new NotTheWriter(`${this.service} may not append ${fact.type}: ${kind.writers.join(', ')} may`);
    if (fact.version !== kind.version)
      throw new NotAFact(`${fact.type} v${fact.version} is not the current version, v${kind.version}`);
    const id = factId(cause.id, fact.type, key);
    const { type, version } = fact;
    const headers = factHeaders({ id, type, version, service: this.service, time: Date.now(), cause });
    headers.set('Nats-Msg-Id', messageId(subject, id));
    if (expect !== undefined) headers.set('Nats-Expected-Last-Subject-Sequence', String(expect));
    headers.set('Nats-Expected-Stream', streamOf(subject));
    return { subject, id, headers, body: JSON.stringify(kind.schema.parse(fact.data)) };
  }

  private async publish({ subject, headers, body }: Message): Promise<Answer> {
    try {
      const { seq, duplicate } = await this.broker.jetstream.publish(subject, body, { headers });
      return { kind: duplicate ? 'duplicate' : 'stored', seq };
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
      if (WRONG_LAST_SEQUENCE.has(error.code)) return { kind: 'wrong-sequence' };
      if (error.code === SAME_MESSAGE_IN_FLIGHT) throw new Error(error.message, { cause: error });
      throw error;
    }
  }

  /** The fact that stands where ours was to go. */
  private async standing(
    { subject }: Message,
    answer: Answer,
    expect: number | undefined,
  ): Promise<Recorded | undefined> {
    if (answer.kind === 'duplicate') return this.reading.get(streamOf(subject), answer.seq);
    return this.reading.firstFrom(subject, (expect ?? 0) + 1);
  }
}
