import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { APIError } from 'better-auth/api';
import { Pool } from 'pg';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { type Auth, createAuth } from './auth.js';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Unix ms. */
  readonly createdAt: number;
}

/** A user, and the cookies the answer must set. */
export interface SignedIn {
  readonly user: User;
  readonly cookies: readonly string[];
}

interface AuthUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly createdAt: Date | string;
}

const asUser = ({ id, email, name, createdAt }: AuthUser): User => ({
  id,
  email,
  name,
  createdAt: new Date(createdAt).getTime(),
});

const isRefusal = (error: unknown): error is APIError => error instanceof APIError && error.statusCode < 500;

/** Milliseconds after which a call that found no database may be repeated. */
const OUTAGE_RETRY_MS = 1_000;

/** better-auth hides a database that is away behind an error of its own. */
async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof APIError) || isRefusal(error)) throw error;
    throw new ApiError('unavailable', { retryAfterMs: OUTAGE_RETRY_MS });
  }
}

/** People and their sessions, in schema `secrets`. */
@Injectable()
export class Sessions implements OnApplicationShutdown {
  private readonly pool: Pool;
  readonly auth: Auth;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    this.pool = new Pool({
      connectionString: config.DATABASE_URL,
      options: '-c search_path=secrets',
      max: 20,
    });
    // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
    this.pool.on('error', () => undefined);
    this.auth = createAuth(config, this.pool);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
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
    const signOut = this.auth.api.signOut({ headers: cookieHeaders(cookie), returnHeaders: true });
    const { headers } = await available(signOut);
    return headers.getSetCookie();
  }

  /** Who these cookies belong to. `cookies`: a session used for a day is prolonged. */
  async find(cookie: string | undefined): Promise<SignedIn | undefined> {
    if (!cookie?.includes('better-auth.session_token=')) return undefined;
    try {
      const getSession = this.auth.api.getSession({ headers: cookieHeaders(cookie), returnHeaders: true });
      const { headers, response } = await available(getSession);
      return response ? { user: asUser(response.user), cookies: headers.getSetCookie() } : undefined;
    } catch (error) {
      if (isRefusal(error)) return undefined; // signed out elsewhere while it was being prolonged
      throw error;
    }
  }

  private async isTaken(email: string): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT 1 FROM "user" WHERE email = $1', [
      email.toLowerCase(),
    ]);
    return rowCount === 1;
  }
}

const cookieHeaders = (cookie: string | undefined): Headers => new Headers(cookie ? { cookie } : {});
