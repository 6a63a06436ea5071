import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseCookies } from 'better-auth/cookies';

/** PRODUCT 1. */
export const SESSION_COOKIE = 'better-auth.session_token';
/** Seconds a session lives (PRODUCT 1). */
export const SESSION_SECONDS = 7 * 24 * 60 * 60;

interface Signed {
  readonly token: string;
  /** False: under the key that was in use before, so the cookie wants to be set anew. */
  readonly current: boolean;
}

/**
 * better-auth's session cookie, read without better-auth: `<token>.<base64 HMAC-SHA256 of the token under the secret>`,
 * percent-encoded (better-call 1, signCookieValue). Every call reads one, and its way takes 1.4 ms, this one 0.3
 * (docs/adr/0002-sessions-are-looked-up.md).
 */
export class SessionCookie {
  private readonly secrets: readonly string[];

  /** @param secrets the newest first */
  constructor(
    secrets: readonly (string | undefined)[],
    private readonly secure: boolean,
  ) {
    this.secrets = secrets.filter((secret) => secret !== undefined);
  }

  /** The session that a Cookie header names, if one of our keys signed it. */
  read(header: string | undefined): Signed | undefined {
    if (!header?.includes(SESSION_COOKIE)) return undefined;
    const value = parseCookies(header).get(SESSION_COOKIE) ?? '';
    const dot = value.lastIndexOf('.');
    if (dot < 1) return undefined;
    const token = value.slice(0, dot);
    const signature = Buffer.from(value.slice(dot + 1), 'base64');
    const age = this.secrets.findIndex((secret) => isSame(hmac(secret, token), signature));
    return age < 0 ? undefined : { token, current: age === 0 };
  }

  /** A Cookie header for better-auth, which knows the newest key only. */
  header(token: string): string {
    const signature = hmac(this.secrets[0] ?? '', token).toString('base64');
    return `${SESSION_COOKIE}=${encodeURIComponent(`${token}.${signature}`)}`;
  }

  /** The Set-Cookie of a running session, signed under the newest key. */
  set(token: string, maxAgeSeconds: number): string {
    const attributes = `Max-Age=${Math.floor(maxAgeSeconds)}; Path=/; HttpOnly; SameSite=Lax`;
    return `${this.header(token)}; ${attributes}${this.secure ? '; Secure' : ''}`;
  }
}

const hmac = (secret: string, token: string): Buffer => createHmac('sha256', secret).update(token).digest();

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
