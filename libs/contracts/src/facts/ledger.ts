import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, CommandId, GenerationNumber, ProjectId } from '../ids.js';
import { ModelName, PlanName } from '../plans.js';

/** One entry of an owner's month; the subject names owner and period. Ids and amounts only. */
const entry = {
  commandId: CommandId,
  assetId: AssetId,
  projectId: ProjectId,
  generation: GenerationNumber,
  /** Sequence of the request on ASSETS that asked for it. */
  requestSeq: z.number().int().min(1),
};

/** One generation of the month is set aside. `overage`: beyond the included ones as it looks now. */
export const GenerationReserved = defineFact(
  'GenerationReserved',
  1,
  'quota',
  z.strictObject({
    ...entry,
    plan: PlanName,
    model: ModelName,
    /** Included generations of the plan when decided. */
    limit: z.number().int(),
    overage: z.boolean(),
    /** US cents, should it be charged as overage. */
    priceCents: z.number().int(),
  }),
);

/** Not allowed; nothing is set aside. */
export const GenerationDenied = defineFact(
  'GenerationDenied',
  1,
  'quota',
  z.strictObject({
    ...entry,
    plan: PlanName,
    limit: z.number().int(),
    reason: z.enum(['limit', 'overage_disabled', 'overage_cap']),
  }),
);

/** The reservation became a charge. Whether it is overage is settled here. */
export const GenerationCharged = defineFact(
  'GenerationCharged',
  1,
  'quota',
  z.strictObject({ ...entry, overage: z.boolean(), priceCents: z.number().int() }),
);

/** The reservation was given back: the generation failed, or was cancelled before its first prediction. */
export const GenerationReleased = defineFact(
  'GenerationReleased',
  1,
  'quota',
  z.strictObject({ ...entry, reason: z.enum(['failed', 'cancelled', 'deleted']) }),
);

export const LEDGER_FACTS = [
  GenerationReserved,
  GenerationDenied,
  GenerationCharged,
  GenerationReleased,
] as const;
export type LedgerFact = FactOf<(typeof LEDGER_FACTS)[number]>;
export type DenialReason = FactOf<typeof GenerationDenied>['data']['reason'];
