import type { Recorded } from '@zoetrope/contracts/fact';

/** What a fact answers to: another fact of the same timeline, or a command or alarm from outside it. */
export interface TracedCause {
  readonly id: string;
  readonly stream?: string;
  readonly seq?: number;
  readonly type?: string;
}

/** A fact with its place in time and its cause. Milliseconds. */
export interface Traced {
  readonly fact: Recorded;
  readonly sinceStart: number;
  readonly sincePrevious: number;
  /** Since its cause, where that is a fact. */
  readonly sinceCause?: number;
  readonly cause: TracedCause;
}

/** Places each fact of a timeline behind what caused it. */
export function traced(timeline: readonly Recorded[]): Traced[] {
  const known = new Map(timeline.map((fact) => [fact.meta.id, fact]));
  const start = timeline[0]?.meta.ts ?? 0;
  return timeline.map((fact, index) => {
    const by = known.get(fact.meta.causeId);
    return {
      fact,
      sinceStart: fact.meta.ts - start,
      sincePrevious: fact.meta.ts - (timeline[index - 1]?.meta.ts ?? start),
      ...(by && { sinceCause: fact.meta.ts - by.meta.ts }),
      cause: {
        id: fact.meta.causeId,
        ...(by && { stream: by.meta.stream, seq: by.meta.seq, type: by.type }),
      },
    };
  });
}
