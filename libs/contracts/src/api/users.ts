import { z } from 'zod';
import { PlanName } from '../plans.js';
import { Text } from '../text.js';

const Email = z.email().max(254);
/** 8 to 128 characters (PRODUCT 1). */
export const Password = Text.min(8).max(128);

export const SignUpBody = z.strictObject({
  email: Email,
  password: Password,
  name: Text.trim().min(1).max(120),
});
export const SignInBody = z.strictObject({
  email: Text.min(1).max(254),
  password: z.string().min(1).max(128),
});

export const SessionUser = z.object({ id: z.string(), email: z.string(), name: z.string() });
export const SessionAnswer = z.object({ user: SessionUser.nullable() });

export const MeAnswer = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  plan: PlanName,
  generations: z.object({
    used: z.number().int(),
    reserved: z.number().int(),
    limit: z.number().int(),
    overage: z.number().int(),
    resets_at: z.number().int(),
  }),
  created_at: z.number().int(),
});
