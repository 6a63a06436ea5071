import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { CommandId } from '../ids.js';

/** A caller used an Idempotency-Key: this request, and no other, is what it stands for. */
export const KeyClaimed = defineFact(
  'KeyClaimed',
  1,
  'gateway',
  z.strictObject({
    fingerprint: z.string(),
    commandId: CommandId,
    /** Where ASSETS, or the subject that is to be written, ended before the claim: the command's facts come after it. */
    after: z.number().int().min(0).optional(),
  }),
);

/** The first 2xx answer under the key, given again to every copy. */
export const KeyAnswered = defineFact(
  'KeyAnswered',
  1,
  'gateway',
  z.strictObject({
    fingerprint: z.string(),
    commandId: CommandId,
    status: z.number().int(),
    body: z.unknown(),
  }),
);

export const KEY_FACTS = [KeyClaimed, KeyAnswered] as const;
export type KeyFact = FactOf<(typeof KEY_FACTS)[number]>;
