import { Logger } from '@nestjs/common';
import type { OAuthProvider } from '@zoetrope/contracts/api/users';
import { PASSWORD_MAX, PASSWORD_MIN } from '@zoetrope/contracts/api/users';
import { hashedIdentifier, RESET_SECONDS } from '@zoetrope/platform/password-reset';
import { betterAuth } from 'better-auth';
import type { Pool } from 'pg';
import type { GatewayConfig } from '../config.js';
import { SESSION_SECONDS } from './session-cookie.js';

const logger = new Logger('better-auth');

/** Where providers send people back to. */
export const OAUTH_BASE_PATH = '/api/user/oauth';

type SocialConfig = Pick<
  GatewayConfig,
  'GOOGLE_CLIENT_ID' | 'GOOGLE_CLIENT_SECRET' | 'GITHUB_CLIENT_ID' | 'GITHUB_CLIENT_SECRET'
>;

const client = (clientId: string | undefined, clientSecret: string | undefined) =>
  clientId && clientSecret ? { clientId, clientSecret } : undefined;

/** The providers whose keys are configured. */
export function socialProviders(config: SocialConfig) {
  const google = client(config.GOOGLE_CLIENT_ID, config.GOOGLE_CLIENT_SECRET);
  const github = client(config.GITHUB_CLIENT_ID, config.GITHUB_CLIENT_SECRET);
  return { ...(google && { google }), ...(github && { github }) };
}

export const providersOf = (config: SocialConfig): OAuthProvider[] =>
  Object.keys(socialProviders(config)) as OAuthProvider[];

/** What better-auth tells us of. */
export interface AuthEvents {
  /** Somebody who has an account asked for a reset link. Returns at once: how long a mail takes would tell on them. */
  resetAsked(email: string, token: string): void;
  passwordReset(userId: string): Promise<void>;
}

const SILENT: AuthEvents = { resetAsked: () => undefined, passwordReset: async () => undefined };

/** Providers' tokens are good for nothing once we know who somebody is, so none is kept. */
const withoutTokens = async <T extends object>(account: T) => ({
  data: { ...account, accessToken: null, refreshToken: null, idToken: null },
});

/** better-auth behind our own routes; `database` must look into schema `secrets`. */
export const createAuth = (config: GatewayConfig, database: Pool, events: AuthEvents = SILENT) =>
  betterAuth({
    appName: 'Zoetrope',
    baseURL: config.PUBLIC_URL,
    basePath: OAUTH_BASE_PATH,
    secret: config.ZOETROPE_SECRET_KEY,
    database,
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN,
      // It counts UTF-16 units, of which a character has one or two; our schemas count characters.
      maxPasswordLength: 2 * PASSWORD_MAX,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => events.resetAsked(user.email, token),
      onPasswordReset: ({ user }) => events.passwordReset(user.id),
    },
    verification: { storeIdentifier: { hash: async (identifier) => hashedIdentifier(identifier) } },
    socialProviders: socialProviders(config),
    databaseHooks: { account: { create: { before: withoutTokens }, update: { before: withoutTokens } } },
    session: { expiresIn: SESSION_SECONDS },
    // Limits are ours (attempts.ts), counted for all gateways together.
    rateLimit: { enabled: false },
    onAPIError: { errorURL: `${config.PUBLIC_URL}/` },
    // Its second argument is the raw error, e-mail address included; what matters of it reaches us as a rejection.
    logger: { level: 'error', log: (_level, message) => logger.warn(message) },
    telemetry: { enabled: false },
    advanced: {
      // On https it would rename the cookie to `__Secure-…`; PRODUCT 1 fixes the name, so only the attribute is set.
      useSecureCookies: false,
      defaultCookieAttributes: { secure: config.PUBLIC_URL.startsWith('https:') },
      ipAddress: { disableIpTracking: true },
    },
  });

export type Auth = ReturnType<typeof createAuth>;
