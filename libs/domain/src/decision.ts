import type { Fact } from '@zoetrope/contracts/fact';

/** What a decider answers: facts to append, a refusal for the caller, or that there is nothing new to say. */
export type Decision<F extends Fact = Fact, Refusal extends string = string> =
  | { readonly kind: 'record'; readonly facts: readonly F[] }
  | { readonly kind: 'refuse'; readonly why: Refusal }
  | { readonly kind: 'nothing-new' };

export const record = <F extends Fact>(...facts: F[]): { kind: 'record'; facts: readonly F[] } => ({
  kind: 'record',
  facts,
});
export const refuse = <R extends string>(why: R): { kind: 'refuse'; why: R } => ({ kind: 'refuse', why });
export const nothingNew = { kind: 'nothing-new' } as const;
