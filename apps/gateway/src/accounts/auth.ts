import { Logger } from '@nestjs/common';
import { betterAuth } from 'better-auth';
import type { Pool } from 'pg';
import type { GatewayConfig } from '../config.js';

const logger = new Logger('better-auth');

/** Seconds a session lives (PRODUCT 1). */
const SESSION_SECONDS = 7 * 24 * 60 * 60;

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

/** better-auth behind our own routes; `database` must look into schema `secrets`. */
export const createAuth = (config: GatewayConfig, database: Pool) =>
  betterAuth({
    appName: 'Zoetrope',
    baseURL: config.PUBLIC_URL,
    basePath: OAUTH_BASE_PATH,
    secret: config.ZOETROPE_SECRET_KEY,
    database,
    emailAndPassword: { enabled: true, minPasswordLength: 8, maxPasswordLength: 128 },
    socialProviders: socialProviders(config),
    session: { expiresIn: SESSION_SECONDS },
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
