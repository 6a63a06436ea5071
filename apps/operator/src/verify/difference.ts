import type { FactRef } from './raw-log.js';

/** Something that is not as the log says. */
export interface Difference {
  readonly kind: 'row' | 'ledger' | 'object' | 'url';
  /** Which row, ledger, object or URL. */
  readonly where: string;
  /** In words, for a person. */
  readonly what: string;
  readonly expected?: unknown;
  readonly found?: unknown;
  /** The fact that says what is expected. */
  readonly fact?: FactRef;
}

export type Tell = (difference: Difference) => void;
