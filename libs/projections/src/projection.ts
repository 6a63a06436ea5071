import type { Recorded } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';
import type { RowSet } from './row-set.js';
import type { RowRef, TableName } from './rows.js';

declare const projector: unique symbol;

/** Streams that feed read models. */
export type ProjectedStream = Extract<StreamName, 'ASSETS' | 'QUOTA' | 'TENANTS'>;

interface Definition {
  /** What an operator calls it. */
  readonly name: string;
  readonly stream: ProjectedStream;
  readonly tables: readonly TableName[];
  touches(fact: Recorded): readonly RowRef[];
  apply(rows: RowSet, fact: Recorded): void;
}

/**
 * What one stream feeds: which rows a fact touches, and what it makes of them. Pure. Nothing but `projection()` makes
 * one, so a reactor (an `@OnFact` method, which appends facts and asks the outside) is never taken for it: a replay can
 * only reach these.
 */
export interface Projection extends Definition {
  readonly [projector]: true;
}

/** Declares a projection. */
export const projection = (definition: Definition): Projection => definition as Projection;
