import { setTimeout as delay } from 'node:timers/promises';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import { LogUnavailable } from './errors.js';
import type { Cause, EventLog } from './event-log.js';

/** A state folded from a subject, and the subject's last sequence in it (0: none). */
export interface Loaded<State> {
  readonly state: State;
  readonly version: number;
}

export interface DecideAndAppend<State> {
  readonly log: Pick<EventLog, 'append'>;
  readonly subject: string;
  /** Reads and folds. Called again after every conflict. */
  readonly load: () => Promise<Loaded<State>>;
  /** Pure. Undefined: nothing (more) to record. */
  readonly decide: (state: State) => Fact | undefined;
  readonly cause: Cause;
  readonly key?: string;
  /** Rounds before giving up; default 20. */
  readonly maxRounds?: number;
}

/** `already`: the log held our own fact (a lost reply, a repeated cause); `fact` is then the one in the log. */
export type Decided =
  | {
      readonly kind: 'appended';
      readonly seq: number;
      readonly fact: Fact | Recorded;
      readonly already?: true;
    }
  | { readonly kind: 'nothing' };

/**
 * The optimistic loop: read to version v, decide, append expecting v; on a conflict read and decide again,
 * after a short random wait that grows with the rounds.
 * @throws LogUnavailable when it loses `maxRounds` rounds in a row
 */
export async function decideAndAppend<State>(work: DecideAndAppend<State>): Promise<Decided> {
  const { log, subject, cause, key, maxRounds = 20 } = work;
  for (let round = 1; round <= maxRounds; round++) {
    const { state, version } = await work.load();
    const fact = work.decide(state);
    if (!fact) return { kind: 'nothing' };
    const outcome = await log.append(subject, fact, { expect: version, cause, key });
    if (outcome.kind === 'appended') {
      return { kind: 'appended', seq: outcome.seq, fact: outcome.fact ?? fact, already: outcome.already };
    }
    await delay(Math.random() * Math.min(5 * 2 ** round, 200));
  }
  throw new LogUnavailable(`${subject}: lost ${maxRounds} rounds in a row against other writers`);
}
