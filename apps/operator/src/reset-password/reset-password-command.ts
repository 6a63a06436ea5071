import {
  hashedIdentifier,
  newResetToken,
  RESET_SECONDS,
  resetIdentifier,
  resetLink,
} from '@zoetrope/platform/password-reset';
import { Command } from 'commander';
import type { Client } from 'pg';
import { OperatorError, setting, withDatabase } from '../connections.js';

/** `ops reset-password <email>`: what a mail would carry, for an installation that sends none. */
export const resetPasswordCommand = (): Command =>
  new Command('reset-password')
    .description('print a link with which the account chooses a new password, once, within the hour')
    .argument('<email>', 'the account')
    .addHelpText('after', '\nExample:\n  npm run ops -- reset-password ada@example.com')
    .action(async (email: string) => {
      const publicUrl = setting('PUBLIC_URL').replace(/\/+$/, '');
      const token = await withDatabase((database) => makeResetToken(database, email));
      process.stdout.write(`${resetLink(publicUrl, token)}\n`);
    });

/**
 * Makes a reset token as the gateway does: only its hash is kept.
 * @throws OperatorError when no account has the address
 */
export async function makeResetToken(database: Pick<Client, 'query'>, email: string): Promise<string> {
  const token = newResetToken();
  const identifier = hashedIdentifier(resetIdentifier(token));
  const { rowCount } = await database.query(
    `INSERT INTO secrets.verification (id, identifier, value, "expiresAt")
     SELECT gen_random_uuid()::text, $1, id, now() + $2 * interval '1 s' FROM secrets."user" WHERE email = $3`,
    [identifier, RESET_SECONDS, email.trim().toLowerCase()],
  );
  if (rowCount !== 1) throw new OperatorError(`no account has the e-mail address ${email}`);
  return token;
}
