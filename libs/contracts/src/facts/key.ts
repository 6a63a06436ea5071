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

/**
 * What the command is to do was chosen, once: whoever carries it out does this, also when choosing again would give
 * something else by then. It does not mean that any of it was done.
 */
export const KeyPlanned = defineFact(
  'KeyPlanned',
  1,
  'gateway',
  z.strictObject({
    fingerprint: z.string(),
    commandId: CommandId,
    after: z.number().int().min(0).optional(),
    plan: z.unknown(),
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

export const KEY_FACTS = [KeyClaimed, KeyPlanned, KeyAnswered] as const;
export type KeyFact = FactOf<(typeof KEY_FACTS)[number]>;
