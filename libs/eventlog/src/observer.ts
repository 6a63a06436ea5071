import type { Fact } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';

/** One fact was to be appended. `already`: the log held it. `failed`: refused, or not known to be stored. */
export interface AppendSeen {
  readonly stream: StreamName;
  readonly fact: Fact;
  readonly outcome: 'stored' | 'already' | 'conflict' | 'failed';
  /** Of the whole batch where there is one. */
  readonly seconds: number;
}

/** One delivery came to its end. */
export interface DeliverySeen {
  readonly durable: string;
  /** The fact's name, or `@due` for an alarm; undefined for what is no message of ours. */
  readonly what: string | undefined;
  /** `given-back`: it comes again, because its handler threw or said so. */
  readonly outcome: 'done' | 'given-back' | 'parked';
  readonly seconds: number;
  /** From stored to begun, of a first delivery; of later ones it would count our own waits. */
  readonly waitedSeconds?: number;
}

/** Told of what passes through the log, in the context of that work. Both calls must return at once and not throw. */
export interface LogObserver {
  appended(seen: AppendSeen): void;
  delivered(seen: DeliverySeen): void;
}

export const NOBODY: LogObserver = { appended: () => {}, delivered: () => {} };
