import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';

/** A message of the log as NATS has it: nothing of ours has read it before. */
export interface Fact {
  readonly seq: number;
  readonly subject: string;
  /** Without the namespace and version of `ce-type`: `GenerationReady`. Empty for what is no fact. */
  readonly type: string;
  /** Unix ms at which NATS stored it. */
  readonly ts: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads the streams with the client of NATS alone. */
export class RawLog {
  readonly connection: NatsConnection;
  readonly #manager: JetStreamManager;

  private constructor(connection: NatsConnection, manager: JetStreamManager) {
    this.connection = connection;
    this.#manager = manager;
  }

  /** @param natsUrl one server or several, comma-separated */
  static async open(natsUrl: string): Promise<RawLog> {
    const connection = await connect({ servers: natsUrl.split(','), maxReconnectAttempts: -1 });
    return new RawLog(connection, await jetstreamManager(connection));
  }

  /** Everything a stream holds now on these subjects, in order. */
  async read(stream: string, subject = '>'): Promise<Fact[]> {
    const { state } = await this.#manager.streams.info(stream);
    const facts: Fact[] = [];
    if (state.messages === 0) return facts;
    await this.#consume(stream, subject, (fact, pending) => {
      facts.push(fact);
      return pending > 0;
    });
    return facts;
  }

  /** Brings every fact of the stream, from the first on; ends with `stop`. */
  follow(stream: string, subject: string, onFact: (fact: Fact) => void): Promise<{ stop(): void }> {
    return this.#consume(
      stream,
      subject,
      (fact) => {
        onFact(fact);
        return true;
      },
      'background',
    );
  }

  /** Messages of the broker itself, delivered once more: what "at least once" allows. */
  async repeat(stream: string, seq: number): Promise<void> {
    const message = await this.#manager.streams.getMessage(stream, { seq });
    if (!message) throw new Error(`${stream} has no message ${seq}`);
    await jetstream(this.connection).publish(message.subject, message.data);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #consume(
    stream: string,
    subject: string,
    take: (fact: Fact, pending: number) => boolean,
    how?: 'background',
  ): Promise<{ stop(): void }> {
    const filter = subject === '>' ? {} : { filter_subjects: [subject] };
    const consumer = await jetstream(this.connection).consumers.get(stream, filter);
    const info = await consumer.info(true);
    if (how !== 'background' && info.num_pending === 0) return { stop: () => {} };
    const messages = await consumer.consume({ max_messages: 2_000 });
    const loop = (async () => {
      for await (const message of messages) {
        const type = /^zoetrope\.(\w+)\.v/.exec(message.headers?.get('ce-type') ?? '')?.[1] ?? '';
        const { seq, subject: on, time } = message;
        const data = message.data.length > 0 ? message.json<Record<string, unknown>>() : {};
        if (!take({ seq, subject: on, type, ts: time.getTime(), data }, message.info.pending)) break;
      }
    })();
    if (how !== 'background') await loop;
    return { stop: () => messages.stop() };
  }
}
