import { z } from 'zod';
import { AssetId } from '../ids.js';
import { Mode, Motion, RegenerateAsked } from '../parameters.js';
import { AssetStatus } from './assets.js';

/** Most assets that one call asks for; the next call goes on where it ended. */
export const MANY_AT_ONCE = 100;

/** Which of a project's assets; what is left out does not narrow. `motion` and `mode` are the current values. */
export const ManyFilter = z.strictObject({
  status: AssetStatus.optional(),
  motion: Motion.optional(),
  mode: Mode.optional(),
  ids: z.array(AssetId).min(1).max(MANY_AT_ONCE).optional(),
});
export type ManyFilter = z.infer<typeof ManyFilter>;

export const RegenerateManyBody = RegenerateAsked.extend({
  filter: ManyFilter.optional(),
  dry_run: z.boolean().optional(),
  /** `next_cursor` of the call before. */
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(MANY_AT_ONCE).optional(),
});
export type RegenerateManyBody = z.infer<typeof RegenerateManyBody>;

const Accepted = z.object({ asset_id: z.string(), generation: z.number().int(), request_id: z.string() });
/** `error` and `code` are what regenerating the one asset would have answered. */
const Refused = z.object({ asset_id: z.string(), error: z.string(), code: z.string() });

export const RegenerateManyDone = z.object({
  accepted: z.array(Accepted),
  refused: z.array(Refused),
  next_cursor: z.string().nullable(),
});
export type RegenerateManyDone = z.infer<typeof RegenerateManyDone>;

/** Of all matching assets, not of one page, were they asked for now. */
export const RegenerateManyForecast = z.object({
  dry_run: z.literal(true),
  count: z.number().int(),
  would_use: z.object({
    included: z.number().int(),
    overage: z.number().int(),
    overage_cents: z.number().int(),
    refused: z.number().int(),
  }),
  generations: z.object({
    used: z.number().int(),
    reserved: z.number().int(),
    limit: z.number().int(),
    overage: z.number().int(),
    resets_at: z.number().int(),
  }),
});

export const RegenerateManyAnswer = z.union([RegenerateManyDone, RegenerateManyForecast]);
