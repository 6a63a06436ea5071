import { type FactRef, type RawFact, refOf } from './raw-log.js';

type Values = Readonly<Record<string, unknown>>;

/** A row as the log says it is, and for each column the fact that said so last. */
export class ExpectedRow {
  readonly values: Record<string, unknown> = {};
  readonly by: Record<string, FactRef> = {};

  constructor(fact: RawFact, values: Values) {
    this.set(fact, values);
  }

  set(fact: RawFact, values: Values): void {
    const ref = refOf(fact);
    for (const [column, value] of Object.entries(values)) {
      this.values[column] = value;
      this.by[column] = ref;
    }
  }
}
