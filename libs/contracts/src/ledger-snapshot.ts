import { z } from 'zod';
import { GenerationReserved } from './facts/ledger.js';

/**
 * What a ledger's snapshot says besides its chunks (KV bucket `snapshots`, `ledger.v<fold>.<ownerId>.<period>.head`).
 * Settled entries are lines (domain/ledger-snapshot); full chunks of them never change and lie under `….<n>`.
 */
export const LedgerSnapshot = z.strictObject({
  /** Full chunks that belong to it. */
  chunks: z.number().int().min(0),
  /** Settled entries after those of the chunks. */
  rest: z.string(),
  open: z.array(GenerationReserved.schema),
  included: z.number().int(),
  overage: z.number().int(),
  openIncluded: z.number().int(),
  openOverage: z.number().int(),
  /** Thresholds that were said. */
  told: z.array(z.string()),
});
export type LedgerSnapshot = z.infer<typeof LedgerSnapshot>;
