import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Prepared, SecretsPool } from '../database/secrets-pool.js';
import { ApiError, fieldError } from '../http/api-error.js';
import { Attempts } from './attempts.js';
import { voidResetTokens } from './auth-provider.js';
import type { Caller } from './caller.js';
import { Mailer } from './mailer.js';
import { available, isRefusal, refusalCode } from './refusals.js';
import { Sessions } from './sessions.js';

/** Why a present password was not taken. A person who came by Google or GitHub has none until they reset it. */
const COMPLAINTS: Readonly<Record<string, string>> = {
  INVALID_PASSWORD: 'is not your present password',
  PASSWORD_TOO_LONG: 'is not your present password',
  CREDENTIAL_ACCOUNT_NOT_FOUND: 'this account has no password yet: ask for a reset link',
};

const IS_THERE: Prepared = { name: 'is-there', text: 'SELECT 1' };

const isWrongPassword = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'validation_failed';

/** Changing a password, and choosing one without the old. */
@Injectable()
export class Passwords implements OnApplicationShutdown {
  private readonly logger = new Logger(Passwords.name);
  private readonly running = new Set<Promise<void>>();

  constructor(
    private readonly sessions: Sessions,
    private readonly attempts: Attempts,
    private readonly mailer: Mailer,
    private readonly database: SecretsPool,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }

  /**
   * Ends every session of the user and begins a new one for this browser; links sent before are void.
   * @returns the new session's cookies
   * @throws ApiError 400 when the present password is wrong, 429 after ten wrong ones
   */
  async change(
    caller: Caller,
    cookie: string | undefined,
    asked: { current_password: string; new_password: string },
  ): Promise<readonly string[]> {
    const rules = this.attempts.currentPassword(caller.userId);
    const change = () => this.exchange(cookie, asked);
    const cookies = await this.attempts.countingFailures(rules, isWrongPassword, change);
    await voidResetTokens(this.database, caller.userId);
    return cookies;
  }

  /**
   * Sends a link if an account has the address. Whether one has shows nowhere, not even in the time it takes: what
   * differs is done after the answer.
   * @throws ApiError 503 when the database is away, so that nobody waits for a link that cannot come
   */
  async forgot(email: string): Promise<'email' | 'operator'> {
    if (!this.mailer.isConfigured) return 'operator';
    await this.database.rows(IS_THERE, []);
    if (await this.attempts.mayBeMailed(email)) this.afterwards(() => this.sendLink(email));
    return 'email';
  }

  /**
   * Uses up a link's token; every session ends, and every other link is void.
   * @returns the user's e-mail address
   * @throws ApiError 400 when the token is unknown, used or expired
   */
  async reset(token: string, newPassword: string): Promise<string> {
    const email = await this.emailOf(token);
    try {
      await available(this.sessions.auth.api.resetPassword({ body: { token, newPassword } }));
    } catch (error) {
      if (isRefusal(error)) throw badToken();
      throw error;
    }
    return email;
  }

  private async sendLink(email: string): Promise<void> {
    await this.sessions.auth.api.requestPasswordReset({ body: { email } });
  }

  private afterwards(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) =>
        this.logger.error(`a reset link was not made: ${error instanceof Error ? error.message : error}`),
      )
      .finally(() => this.running.delete(running));
    this.running.add(running);
  }

  private async emailOf(token: string): Promise<string> {
    const context = await this.sessions.auth.$context;
    const { internalAdapter } = context;
    const found = await internalAdapter.findVerificationValue(`reset-password:${token}`);
    const user = found ? await internalAdapter.findUserById(found.value) : null;
    if (!user) throw badToken();
    return user.email;
  }

  private async exchange(
    cookie: string | undefined,
    { current_password, new_password }: { current_password: string; new_password: string },
  ): Promise<readonly string[]> {
    const body = {
      currentPassword: current_password,
      newPassword: new_password,
      revokeOtherSessions: true,
    };
    try {
      const headers = this.sessions.headers(cookie);
      const changing = this.sessions.auth.api.changePassword({ headers, body, returnHeaders: true });
      return (await available(changing)).headers.getSetCookie();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const complaint = COMPLAINTS[refusalCode(error) ?? ''];
      // Signed out elsewhere while the password was being checked.
      if (!complaint) throw new ApiError('authentication_required');
      throw fieldError('current_password', complaint);
    }
  }
}

const badToken = (): ApiError => fieldError('token', 'is not valid any more: ask for a new link');
