import { DeliverPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { OperatorError } from '../connections.js';

/** A message of the log as NATS has it. Nothing of ours has read it before: `data` is whatever stands there. */
export interface RawFact {
  readonly stream: string;
  readonly seq: number;
  readonly subject: string;
  /** Name in `ce-type`; '' for what is no fact of ours. */
  readonly type: string;
  /** Unix ms: `ce-time`, else when NATS stored it. */
  readonly ts: number;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: unread JSON, judged where it is used
  readonly data: any;
}

/** Enough of a fact to find it again. */
export type FactRef = Pick<RawFact, 'stream' | 'seq' | 'subject' | 'type' | 'ts'>;

export const refOf = ({ stream, seq, subject, type, ts }: RawFact): FactRef => ({
  ...{ stream, seq, subject, type, ts },
});

/** Versions of facts that verify's own folds know. */
const VERSION = '1';

/** How much is asked for at once, and how long a part of it may take, ms. */
const FETCH = { max_messages: 20_000, expires: 5_000 };

/** Reads the streams with the client of NATS alone. */
export class RawLog {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
  ) {}

  static async open(url: string): Promise<RawLog> {
    const connection = await connect({ servers: url.split(','), name: 'operator-verify' });
    return new RawLog(connection, await jetstreamManager(connection, { checkAPI: false }));
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** When the stream was made, or put back from a backup (docs/operations-backup.md): the log's epoch. */
  async created(stream: string): Promise<string> {
    const { config, created } = await this.manager.streams.info(stream);
    return config.metadata?.['zoetrope-epoch'] ?? created;
  }

  async lastSeq(stream: string): Promise<number> {
    return (await this.manager.streams.info(stream)).state.last_seq;
  }

  /** The subject's newest fact, from the leader. */
  async last(stream: string, subject: string): Promise<RawFact | undefined> {
    const message = await this.manager.streams.getMessage(stream, { last_by_subj: subject });
    if (!message) return undefined;
    const { seq, header, time, data } = message;
    return factOf({ stream, seq, subject, stored: time.getTime(), body: data, header: (n) => header.get(n) });
  }

  /** Hands over every message from the first on, in order, up to sequence `to`. */
  async each(
    stream: string,
    to: number,
    take: (fact: RawFact) => void,
    options: { from?: number; subject?: string } = {},
  ): Promise<void> {
    const { state } = await this.manager.streams.info(stream);
    const from = Math.max(options.from ?? 1, 1);
    if (to < from || state.messages === 0) return;
    const consumer = await jetstream(this.connection).consumers.get(stream, {
      ...(options.subject && { filter_subjects: [options.subject] }),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
    });
    // Fetched, not consumed: what is purged meanwhile never comes, and must not be waited for.
    while ((await consumer.info(true)).num_pending > 0) {
      for await (const { seq, subject, headers, time, data, info } of await consumer.fetch(FETCH)) {
        const header = (name: string) => headers?.get(name) ?? '';
        if (seq <= to) take(factOf({ stream, seq, subject, stored: time.getTime(), body: data, header }));
        if (seq >= to || info.pending === 0) return;
      }
    }
  }
}

interface Stored {
  readonly stream: string;
  readonly seq: number;
  readonly subject: string;
  readonly stored: number;
  readonly body: Uint8Array;
  readonly header: (name: string) => string;
}

function factOf({ stream, seq, subject, stored, body, header }: Stored): RawFact {
  const [, type = '', version = ''] = /^zoetrope\.(\w+)\.v(\d+)$/.exec(header('ce-type')) ?? [];
  if (type !== '' && version !== VERSION)
    throw new OperatorError(`${stream} ${seq}: verify does not know ${type} v${version}`, 2);
  const stated = Date.parse(header('ce-time'));
  const ts = Number.isNaN(stated) ? stored : stated;
  const data = type === '' ? undefined : JSON.parse(Buffer.from(body).toString('utf8'));
  return { stream, seq, subject, type, ts, id: header('ce-id'), data };
}
