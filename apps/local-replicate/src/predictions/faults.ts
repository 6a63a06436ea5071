import { Injectable } from '@nestjs/common';
import { z } from 'zod';

/** What can be made to go wrong with one prediction, for tests of those who call it. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Works, but `ms` later. */
  z.strictObject({ kind: z.literal('slow'), ms: z.number().int().min(0).max(3_600_000) }),
  /** Ends as `failed`. */
  z.strictObject({ kind: z.literal('fail') }),
  /** Ends normally and tells nobody. */
  z.strictObject({ kind: z.literal('lost-webhook') }),
]);
export type Fault = z.infer<typeof faultSchema>;

const DIRECTIVE = /\[\[fault:(slow=(\d{1,7})|fail|lost-webhook)\]\]/g;

/** Faults asked for inside a prompt: `[[fault:slow=5000]]`, `[[fault:fail]]`, `[[fault:lost-webhook]]`. */
export function faultsInPrompt(prompt: string): Fault[] {
  return [...prompt.matchAll(DIRECTIVE)].map(([, name = '', ms]) =>
    faultSchema.parse(ms === undefined ? { kind: name } : { kind: 'slow', ms: Number(ms) }),
  );
}

/** Faults waiting for the next predictions, one each. Kept in memory: they are for a running test. */
@Injectable()
export class FaultQueue {
  readonly #next: Fault[] = [];

  add(faults: Fault[]): number {
    return this.#next.push(...faults);
  }

  take(): Fault[] {
    const fault = this.#next.shift();
    return fault ? [fault] : [];
  }
}
