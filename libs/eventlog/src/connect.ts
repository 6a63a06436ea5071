import type { Service } from '@zoetrope/contracts/fact';
import { alarmsOn } from './alarms.js';
import { Appending } from './appending.js';
import { type Broker, openBroker, persist, rememberBroker } from './broker.js';
import { coreBusOn } from './core-bus.js';
import type { EventLog, FollowOptions } from './event-log.js';
import { Following } from './following.js';
import { leasesOn } from './leases.js';
import { type LogObserver, NOBODY } from './observer.js';
import { Reading } from './reading.js';
import { snapshotsOn } from './snapshots.js';
import { ensureStreams, streamOf } from './streams.js';
import { WatchedAppending } from './watched-appending.js';

export interface ConnectOptions {
  /** Who appends; facts of other writers are refused. */
  readonly service: Service;
  /** Connection name in the server's monitoring; default the service. */
  readonly name?: string;
  /** Copies of each stream; default 1, 3 in production. */
  readonly replicas?: number;
  /** Milliseconds one operation may take, its repeats included; default 5,000. */
  readonly timeoutMs?: number;
  /** Told of core NATS handlers that threw. Default: one line on stderr. */
  readonly onFault?: (error: unknown, subject: string) => void;
  /** Told of every append, and by a transport on this log of every delivery. */
  readonly observer?: LogObserver;
}

const toStderr = (error: unknown, subject: string) =>
  process.stderr.write(`handler of ${subject}: ${error instanceof Error ? error.message : String(error)}\n`);

/**
 * Connects once and from then on reconnects for ever. `url` may list several servers, comma-separated.
 * @throws the client's error when no server can be reached now
 */
export async function connectLog(url: string, options: ConnectOptions): Promise<EventLog> {
  const { service, name = service, replicas = 1, timeoutMs = 5_000, onFault = toStderr } = options;
  const { observer = NOBODY } = options;
  const broker = await openBroker(url, name, timeoutMs, observer);
  const reading = new Reading(broker);
  const appending = new WatchedAppending(new Appending(broker, reading, service), observer);
  const log: EventLog = {
    service,
    alarms: alarmsOn(broker),
    leases: leasesOn(broker),
    snapshots: snapshotsOn(broker),
    core: coreBusOn(broker, onFault),
    ensureStreams: () => persist(broker, 'streams', () => ensureStreams(broker.manager, replicas)),
    append: (subject, fact, how) => appending.append(subject, fact, how),
    appendAll: (subject, entries, expect) => appending.appendAll(subject, entries, expect),
    first: (subject) => reading.first(subject),
    last: (subject) => reading.last(subject),
    lastSeq: (subject) => reading.lastSeq(subject),
    read: (subject, range) => reading.read(subject, range),
    readCurrent: (subject, range) => reading.readCurrent(subject, range),
    readMerged: (subjects, range) => reading.readMerged(subjects, range),
    get: (stream, seq) => reading.get(stream, seq),
    purge: (subject, options) => purge(broker, subject, options),
    lastStreamSeq: async (stream) => (await reading.streamInfo(stream)).lastSeq,
    streamInfo: (stream) => reading.streamInfo(stream),
    async follow(stream, how, onFact) {
      const { lastSeq } = await reading.streamInfo(stream);
      return new Following(broker, stream, how, onFact, startOf(how.from, lastSeq) - 1, lastSeq);
    },
    isConnected: () => broker.isConnected(),
    close: () => close(broker),
  };
  rememberBroker(log, broker);
  return log;
}

async function purge(broker: Broker, subject: string, { keep }: { keep?: number } = {}): Promise<void> {
  // One with a wildcard would empty the stream of everybody.
  if (/[*>]/.test(subject)) throw new TypeError(`${subject} names more than one subject`);
  const which = keep === undefined ? { filter: subject } : { filter: subject, keep };
  await persist(broker, `purge of ${subject}`, () => broker.manager.streams.purge(streamOf(subject), which));
}

function startOf(from: FollowOptions['from'], lastSeq: number): number {
  if (from === 'new') return lastSeq + 1;
  return from === 'start' ? 1 : from;
}

async function close(broker: Broker): Promise<void> {
  await Promise.allSettled([...broker.closing].map((end) => end()));
  if (broker.connection.isClosed()) return;
  // Without a connection there is nothing to hand over, and draining would wait for one.
  await (broker.isConnected() ? broker.connection.drain() : broker.connection.close());
}
