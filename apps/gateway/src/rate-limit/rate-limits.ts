import { Inject, Injectable } from '@nestjs/common';
import type { RATE_LIMITS } from '@zoetrope/contracts/api/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { type Allowance, RATE_LIMITER, type RateLimiter, WINDOW_MS } from './rate-limiter.js';

/** Calls that are counted together. */
export type Bucket = keyof typeof RATE_LIMITS;

/** The configured limits, and the headers that tell callers where they stand. */
@Injectable()
export class RateLimits {
  private readonly limits: Readonly<Record<Bucket, number>>;

  constructor(
    @Inject(CONFIG) config: GatewayConfig,
    @Inject(RATE_LIMITER) private readonly limiter: RateLimiter,
  ) {
    this.limits = {
      prepare: config.RATE_PREPARE,
      regenerate: config.RATE_REGENERATE,
      webhooks_test: config.RATE_WEBHOOKS_TEST,
      other: config.RATE_OTHER,
    };
  }

  /** Counts one call. @returns milliseconds to wait when it is over the limit, else undefined */
  async count(bucket: Bucket, userId: string, reply: FastifyReply): Promise<number | undefined> {
    const allowance = await this.limiter.take(`${bucket}:${userId}`, this.limits[bucket]);
    tell(reply, allowance);
    return allowance.allowed ? undefined : allowance.resetMs;
  }

  /** A replayed answer does not count (PRODUCT 3.2). */
  async giveBack(bucket: Bucket, userId: string, reply: FastifyReply): Promise<void> {
    tell(reply, await this.limiter.giveBack(`${bucket}:${userId}`, this.limits[bucket]));
  }
}

function tell(reply: FastifyReply, { limit, remaining, resetMs }: Allowance): void {
  void reply.headers({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.ceil(resetMs / 1000)),
    'ratelimit-policy': `${limit};w=${WINDOW_MS / 1000}`,
  });
}
