import type { Provider } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { resetLink } from '@zoetrope/platform/password-reset';
import type { GatewayConfig } from '../config.js';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';
import { createAuth } from './auth.js';
import { Mailer } from './mailer.js';
import { resetMail } from './reset-mail.js';

/** Nest token of better-auth. */
export const AUTH = Symbol('Auth');

/** Reset tokens have the user's id as their value, and nothing else of better-auth's that we use has. */
const VOID_TOKENS: Prepared = {
  name: 'void-reset-tokens',
  text: 'DELETE FROM verification WHERE value = $1',
};

/** Once a password has changed, links that were sent before must not change it back. */
export const voidResetTokens = async (database: SecretsPool, userId: string): Promise<void> =>
  void (await database.rows(VOID_TOKENS, [userId]));

/** better-auth on our connections, with mail for reset links. */
export const authProvider: Provider = {
  provide: AUTH,
  inject: [CONFIG, SecretsPool, Mailer],
  useFactory: (config: GatewayConfig, database: SecretsPool, mailer: Mailer) =>
    createAuth(config, database.pool, {
      resetAsked: (email, token) => mailer.post(resetMail(email, resetLink(config.PUBLIC_URL, token))),
      passwordReset: (userId) => voidResetTokens(database, userId),
    }),
};
