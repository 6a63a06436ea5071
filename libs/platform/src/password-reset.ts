import { createHash, randomBytes } from 'node:crypto';

/** Seconds a reset link works. */
export const RESET_SECONDS = 60 * 60;

/** A new one-time token: 192 random bits. */
export const newResetToken = (): string => randomBytes(24).toString('base64url');

/** What better-auth calls the one-time value of a reset token, before it is hashed. */
export const resetIdentifier = (token: string): string => `reset-password:${token}`;

/**
 * How the name of a one-time value stands in PostgreSQL: SHA-256, so that whoever reads the table cannot use what is
 * in it. No salt: the tokens are random and long.
 */
export const hashedIdentifier = (identifier: string): string =>
  createHash('sha256').update(identifier).digest('base64url');

/** The address that lets its holder choose a new password. After `#`, a browser tells it to no server and no log. */
export const resetLink = (publicUrl: string, token: string): string =>
  `${publicUrl}/api/user/password/reset#token=${token}`;
