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
    /** Beyond the included ones: how many of those its project allowed a month when this one was decided. */
    overageCap: z.number().int().optional(),
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
  z.strictObject({
    ...entry,
    overage: z.boolean(),
    priceCents: z.number().int(),
    /** Included generations of the owner's plan when it was settled. */
    limit: z.number().int().optional(),
  }),
);

/** The reservation was given back: the generation failed, or was cancelled before its first prediction. */
export const GenerationReleased = defineFact(
  'GenerationReleased',
  1,
  'quota',
  z.strictObject({ ...entry, reason: z.enum(['failed', 'cancelled', 'deleted']) }),
);

/**
 * The month's charged generations, overage included, reached 80 or 100 % of the plan's number: once a month for each
 * plan's number and percentage. Of the entry whose charge did it. It does not mean that the next request is refused.
 */
export const QuotaThresholdReached = defineFact(
  'QuotaThresholdReached',
  1,
  'quota',
  z.strictObject({
    ...entry,
    plan: PlanName,
    /** Included generations of the plan. */
    limit: z.number().int(),
    percent: z.union([z.literal(80), z.literal(100)]),
    /** Charged so far, overage included. */
    used: z.number().int(),
    /** How many of `used` are overage. */
    overage: z.number().int(),
  }),
);

export const LEDGER_FACTS = [
  GenerationReserved,
  GenerationDenied,
  GenerationCharged,
  GenerationReleased,
  QuotaThresholdReached,
] as const;
export type LedgerFact = FactOf<(typeof LEDGER_FACTS)[number]>;
export type DenialReason = FactOf<typeof GenerationDenied>['data']['reason'];
