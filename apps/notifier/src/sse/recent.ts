import type { TellableFact } from './tellable-fact.js';

/** Facts kept, some kilobytes each at most: minutes of a busy log, for clients that come back after seconds. */
export const RECENT_FACTS = 4_096;

/**
 * The newest facts of the log, as they were told. When a copy dies its clients come back to the others all at once;
 * they are caught up from here, so that a storm of them asks the broker for nothing.
 */
export class Recent {
  #facts: TellableFact[] = [];
  #lastSeq: number;

  /** @param after everything after this sequence will be added, in order */
  constructor(
    private after: number,
    private readonly limit = RECENT_FACTS,
  ) {
    this.#lastSeq = after;
  }

  /** The newest sequence that was added, or where this began. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  add(told: TellableFact): void {
    this.#lastSeq = told.seq;
    this.#facts.push(told);
    if (this.#facts.length < 2 * this.limit) return;
    // In bulk, since taking the first one off a long array moves all others.
    const dropped = this.#facts.splice(0, this.limit);
    this.after = dropped.at(-1)?.seq ?? this.after;
  }

  /** What came after `seq`, in order; undefined when that is longer ago than this remembers. */
  since(seq: number): TellableFact[] | undefined {
    if (seq < this.after) return undefined;
    let [low, high] = [0, this.#facts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#facts[middle] as TellableFact).seq <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#facts.slice(low);
  }
}
