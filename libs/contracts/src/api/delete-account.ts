import { z } from 'zod';

/** Deletes an account for ever: `confirm` is its e-mail address, typed once more. */
export const DeleteAccountBody = z.strictObject({ confirm: z.string().min(1).max(254) });
