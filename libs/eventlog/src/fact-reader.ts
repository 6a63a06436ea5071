import type { EventLog } from './event-log.js';

declare const onlyReads: unique symbol;
type Reading = Pick<EventLog, 'follow' | 'streamInfo' | 'get'>;

/**
 * The reading side of a log, for whoever must not be able to write: an EventLog is no FactReader, and a FactReader has
 * neither `append` nor alarms nor core messages, in types and in fact.
 */
export type FactReader = Reading & { readonly [onlyReads]: true };

/** Gives a log without its writing side. */
export function factReader(log: Reading): FactReader {
  const reading: Reading = {
    follow: (stream, options, onFact) => log.follow(stream, options, onFact),
    streamInfo: (stream) => log.streamInfo(stream),
    get: (stream, seq) => log.get(stream, seq),
  };
  return Object.freeze(reading) as FactReader;
}
