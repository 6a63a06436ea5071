import { expect, it } from '@jest/globals';
import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import type { Decision } from './decision.js';

/** Gives facts a place in a log, in the order they stand; sequences from `firstSeq`. */
export const recorded = (facts: readonly Fact[], firstSeq = 1): Recorded[] =>
  facts.map((fact, index) => ({
    ...fact,
    meta: {
      id: `fact-${firstSeq + index}`,
      stream: 'TEST',
      subject: 'test',
      seq: firstSeq + index,
      ts: 1_800_000_000_000 + index,
      causeId: 'cause',
    },
  }));

/** `rule('…').given(facts).when(decide).thenFacts(facts)`: a decider's rules as a product person reads them. */
export const rules = <State>(fold: (facts: readonly Recorded[]) => State) => {
  return (title: string) => ({
    given: (...facts: Fact[]) => ({
      when: (decide: (state: State) => Decision) => {
        const decision = () => decide(fold(recorded(facts)));
        return {
          thenFacts: (...expected: Fact[]) =>
            it(title, () => expect(decision()).toEqual({ kind: 'record', facts: expected })),
          thenRefused: (why: string) => it(title, () => expect(decision()).toEqual({ kind: 'refuse', why })),
          thenNothingNew: () => it(title, () => expect(decision()).toEqual({ kind: 'nothing-new' })),
        };
      },
    }),
  });
};
