import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { GatewayConfig } from '../config.js';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';
import { ApiError } from '../http/api-error.js';
import type { Auth } from './auth.js';
import { AUTH } from './auth-provider.js';
import { available, isRefusal } from './refusals.js';
import { SessionCookie } from './session-cookie.js';
import { asUser, type User } from './user.js';

/** A user, and the cookies the answer must set. */
export interface SignedIn {
  readonly user: User;
  readonly cookies: readonly string[];
}

interface SessionRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Seconds until the session ends. */
  readonly left: number;
}

const FIND: Prepared = {
  name: 'session-find',
  text: `
    SELECT u.id, u.email, u.name, u."createdAt", extract(epoch FROM s."expiresAt" - now())::float8 AS left
    FROM session s JOIN "user" u ON u.id = s."userId"
    WHERE s.token = $1 AND s."expiresAt" > now()`,
};
const IS_TAKEN: Prepared = { name: 'email-taken', text: 'SELECT 1 FROM "user" WHERE email = $1' };

/** A session with less than this left is prolonged, in seconds: once a day while it is used. */
const PROLONG_BELOW = 6 * 24 * 60 * 60;

/** People and their sessions, in schema `secrets`. */
@Injectable()
export class Sessions {
  private readonly cookie: SessionCookie;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(AUTH) readonly auth: Auth,
    private readonly database: SecretsPool,
  ) {
    const secrets = [config.ZOETROPE_SECRET_KEY, config.ZOETROPE_SECRET_KEY_PREVIOUS];
    this.cookie = new SessionCookie(secrets, config.PUBLIC_URL.startsWith('https:'));
  }

  /** @throws ApiError 409 when somebody has the e-mail address */
  async signUp(body: { email: string; password: string; name: string }): Promise<SignedIn> {
    try {
      const signUp = this.auth.api.signUpEmail({ body, returnHeaders: true });
      const { headers, response } = await available(signUp);
      return { user: asUser(response.user), cookies: headers.getSetCookie() };
    } catch (error) {
      // Two sign-ups at once: the loser fails on the unique index, with an error that does not say so.
      if (isRefusal(error) && (await this.isTaken(body.email))) throw new ApiError('email_taken');
      throw error;
    }
  }

  /** @throws ApiError 401, the same for an unknown address and for a wrong password */
  async signIn(body: { email: string; password: string }): Promise<SignedIn> {
    try {
      const signIn = this.auth.api.signInEmail({ body, returnHeaders: true });
      const { headers, response } = await available(signIn);
      return { user: asUser(response.user), cookies: headers.getSetCookie() };
    } catch (error) {
      if (isRefusal(error)) throw new ApiError('invalid_credentials');
      throw error;
    }
  }

  /** Destroys the session of these cookies, if there is one, and gives the cookies that forget it. */
  async signOut(cookie: string | undefined): Promise<readonly string[]> {
    const signOut = this.auth.api.signOut({ headers: this.headers(cookie), returnHeaders: true });
    const { headers } = await available(signOut);
    return headers.getSetCookie();
  }

  /** The same for every session of whoever these cookies belong to. */
  async signOutEverywhere(cookie: string | undefined): Promise<readonly string[]> {
    try {
      await available(this.auth.api.revokeSessions({ headers: this.headers(cookie) }));
    } catch (error) {
      if (!isRefusal(error)) throw error; // nobody is signed in: nothing to end
    }
    return this.signOut(cookie);
  }

  /**
   * Who these cookies belong to, as PostgreSQL knows it now: a session ended anywhere is ended here. `cookies`: one
   * used for a day is prolonged.
   */
  async find(cookie: string | undefined): Promise<SignedIn | undefined> {
    const signed = this.cookie.read(cookie);
    if (!signed) return undefined;
    const [row] = await this.database.rows<SessionRow>(FIND, [signed.token]);
    if (!row) return undefined;
    if (row.left < PROLONG_BELOW) return this.prolong(cookie);
    return { user: asUser(row), cookies: signed.current ? [] : [this.cookie.set(signed.token, row.left)] };
  }

  /** What better-auth is shown of a call: the session's cookie alone, under the key that it knows. */
  headers(cookie: string | undefined): Headers {
    const signed = this.cookie.read(cookie);
    return new Headers(signed ? { cookie: this.cookie.header(signed.token) } : {});
  }

  private async prolong(cookie: string | undefined): Promise<SignedIn | undefined> {
    try {
      const getSession = this.auth.api.getSession({ headers: this.headers(cookie), returnHeaders: true });
      const { headers, response } = await available(getSession);
      return response ? { user: asUser(response.user), cookies: headers.getSetCookie() } : undefined;
    } catch (error) {
      if (isRefusal(error)) return undefined; // signed out elsewhere while it was being prolonged
      throw error;
    }
  }

  private async isTaken(email: string): Promise<boolean> {
    return (await this.database.rows(IS_TAKEN, [email.toLowerCase()])).length === 1;
  }
}
