import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { GatewayConfig } from '../config.js';
import { ApiError } from '../http/api-error.js';
import { RATE_LIMITER, type RateLimiter } from '../rate-limit/rate-limiter.js';

/** Something that may happen `limit` times in `windowMs`. */
export interface Rule {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

const MINUTES = 60_000;
const HOUR = 60 * MINUTES;
/** Wrong passwords that one browser, or one address, may try for one e-mail address. */
const TRIES = 10;
/** Wrong passwords for one e-mail address by all strangers together: 4,800 a day. */
const STRANGERS_TRIES = 50;
/** Reset links for one e-mail address by one client, and by all together: its owner's inbox is no target. */
const LINKS = 5;
const ALL_LINKS = 10;

const named = (email: string): string =>
  createHash('sha256').update(email.toLowerCase()).digest('base64url').slice(0, 22);

/** What people who are not signed in may try, and how often; counted for all gateways together. */
@Injectable()
export class Attempts {
  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter,
  ) {}

  /** @param device the browser's name, when it has signed in with this e-mail address before */
  signIn(address: string, email: string, device: string | undefined): Rule[] {
    const rule = (key: string, limit: number) => ({ key: `signin:${key}`, limit, windowMs: 15 * MINUTES });
    const everywhere = rule(`address:${address}`, this.config.RATE_SIGNIN);
    if (device) return [everywhere, rule(`device:${device}`, TRIES)];
    const who = named(email);
    return [everywhere, rule(`${address}:${who}`, TRIES), rule(`email:${who}`, STRANGERS_TRIES)];
  }

  signUp(address: string): Rule[] {
    return [{ key: `signup:${address}`, limit: this.config.RATE_SIGNUP, windowMs: HOUR }];
  }

  forgot(address: string, email: string): Rule[] {
    return [
      { key: `forgot:address:${address}`, limit: this.config.RATE_FORGOT, windowMs: HOUR },
      { key: `forgot:${address}:${named(email)}`, limit: LINKS, windowMs: HOUR },
    ];
  }

  /** Whether one more link may go to this e-mail address. */
  async mayBeMailed(email: string): Promise<boolean> {
    const { allowed } = await this.limiter.take(`forgot:email:${named(email)}`, ALL_LINKS, HOUR);
    return allowed;
  }

  /** Reset tokens cannot be guessed; trying them costs a password hash each. */
  reset(address: string): Rule[] {
    return [{ key: `reset:${address}`, limit: this.config.RATE_SIGNIN, windowMs: 15 * MINUTES }];
  }

  /** Each start at a provider leaves a row until it expires. */
  oauth(address: string): Rule[] {
    return [{ key: `oauth:${address}`, limit: this.config.RATE_SIGNIN, windowMs: 15 * MINUTES }];
  }

  /** The present password, asked again of somebody who is signed in. */
  currentPassword(userId: string): Rule[] {
    return [{ key: `password:${userId}`, limit: TRIES, windowMs: 15 * MINUTES }];
  }

  /**
   * Counts one attempt under each rule. One that is refused takes no place under any of them: an address that is over
   * its own limit uses nothing up of those it asks for.
   * @throws ApiError 429 with the time until the window ends
   */
  async take(rules: readonly Rule[]): Promise<void> {
    const taken: Rule[] = [];
    for (const rule of rules) {
      const { allowed, resetMs } = await this.limiter.take(rule.key, rule.limit, rule.windowMs);
      if (allowed) {
        taken.push(rule);
        continue;
      }
      await this.giveBack(taken);
      throw new ApiError('rate_limited', { retryAfterMs: resetMs });
    }
  }

  async giveBack(rules: readonly Rule[]): Promise<void> {
    await Promise.all(rules.map(({ key, limit, windowMs }) => this.limiter.giveBack(key, limit, windowMs)));
  }

  /**
   * Runs what counts only when it fails in one way: a wrong password. Counted before, since many at once must not all
   * pass; given back after anything else.
   */
  async countingFailures<T>(
    rules: readonly Rule[],
    isFailure: (error: unknown) => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    await this.take(rules);
    try {
      const done = await work();
      await this.giveBack(rules);
      return done;
    } catch (error) {
      if (!isFailure(error)) await this.giveBack(rules);
      throw error;
    }
  }
}
