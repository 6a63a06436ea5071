import { z } from 'zod';
import { PlanName } from '../plans.js';
import { Text } from '../text.js';

const Email = z.email().max(254);

/** PRODUCT 1: characters of a password, as a person counts them. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 128;

/** Code points: an emoji is one character, as JSON Schema's minLength and NIST SP 800-63B 3.1.1.2 count. */
const characters = (text: string): number => [...text].length;

/** 8 to 128 characters (PRODUCT 1). */
export const Password = Text.refine(
  (text) => characters(text) >= PASSWORD_MIN,
  `must have ${PASSWORD_MIN} characters or more`,
)
  .refine((text) => characters(text) <= PASSWORD_MAX, `must have at most ${PASSWORD_MAX} characters`)
  .meta({ minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX });

/** A password somebody claims to have: whatever it is, being wrong is all that can be said of it. */
const ClaimedPassword = z.string().min(1).max(1024);

export const SignUpBody = z.strictObject({
  email: Email,
  password: Password,
  name: Text.trim().min(1).max(120),
});
export const SignInBody = z.strictObject({
  email: Text.min(1).max(254),
  password: ClaimedPassword,
});

/** `everywhere=true` ends every session of the user, not only this one. */
export const SignOutQuery = z.strictObject({ everywhere: z.enum(['true', 'false']).optional() });

export const SessionUser = z.object({ id: z.string(), email: z.string(), name: z.string() });
export const SessionAnswer = z.object({ user: SessionUser.nullable() });

/** Ways to sign in that this installation offers beside e-mail and password. */
export const OAuthProvider = z.enum(['google', 'github']);
export type OAuthProvider = z.infer<typeof OAuthProvider>;
export const OAuthProvidersAnswer = z.object({ providers: z.array(OAuthProvider) });

export const ChangePasswordBody = z.strictObject({
  current_password: ClaimedPassword,
  new_password: Password,
});
export const ForgotPasswordBody = z.strictObject({ email: Email });
/**
 * The same for every address. `email`: a link was sent if an account has the address; `operator`: this installation
 * sends no mail, its operator prints links.
 */
export const ForgotPasswordAnswer = z.object({
  delivery: z.enum(['email', 'operator']),
  message: z.string(),
});
export const ResetPasswordBody = z.strictObject({
  token: Text.min(1).max(256),
  new_password: Password,
});

/** How many API tokens a user may have at once. */
export const MAX_TOKENS = 100;
export const TokenScope = z.enum(['read', 'write']);
export type TokenScope = z.infer<typeof TokenScope>;
/** A token may only read unless `write` is asked for. */
export const CreateTokenBody = z.strictObject({
  name: Text.trim().min(1).max(120),
  scope: TokenScope.default('read'),
});
/** The only time the token is shown. */
export const CreatedTokenAnswer = z.object({ token: z.string(), id: z.string() });
export const TokensAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      scope: TokenScope,
      /** Right to the minute. */
      last_used_at: z.number().int().nullable(),
      created_at: z.number().int(),
    }),
  ),
  next_cursor: z.null(),
});

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

/** Days go back at most so far. */
export const USAGE_DAYS = 92;
export const UsageQuery = z.object({ days: z.coerce.number().int().min(1).max(USAGE_DAYS).default(30) });
/** Charged generations of one UTC day, `YYYY-MM-DD`; `included` and `overage` add up to all of them. */
export const UsageDay = z.object({
  day: z.string(),
  included: z.number().int(),
  overage: z.number().int(),
  overage_cents: z.number().int(),
});
/** Every day of the time, oldest first, the days without a charge too; the last one is today. */
export const UsageAnswer = z.object({ items: z.array(UsageDay) });
