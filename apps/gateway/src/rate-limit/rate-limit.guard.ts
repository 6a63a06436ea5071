import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
import { Claims } from '../idempotency/claims.js';
import { sentKeyOf } from '../idempotency/key.guard.js';
import { handOf, KeysInHand } from '../idempotency/keys-in-hand.js';
import { type Bucket, RateLimits } from './rate-limits.js';

export const RATE_BUCKET = 'zoetrope:rate-bucket';
/** Counts a route's calls apart from the others; without it they count as `other`. */
export const RateBucket = (bucket: Bucket) => SetMetadata(RATE_BUCKET, bucket);

/** Every call that needs a session counts (PRODUCT 7); public ones do not. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly limits: RateLimits,
    private readonly hands: KeysInHand,
    private readonly claims: Claims,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = callerOf(request);
    if (!caller) return true;
    const targets = [context.getHandler(), context.getClass()];
    const bucket = this.reflector.getAllAndOverride<Bucket | undefined>(RATE_BUCKET, targets) ?? 'other';
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const key = sentKeyOf(request);
    const hand = key === undefined ? undefined : this.hands.enter(handOf(caller.userId, key));
    if (hand) reply.raw.once('close', hand);
    const retryAfterMs = await this.limits.count(bucket, caller.userId, reply);
    if (retryAfterMs === undefined) return true;
    hand?.();
    if (key === undefined || !(await this.mayBeReplay(caller.userId, key)))
      throw new ApiError('rate_limited', { retryAfterMs });
    this.hands.onlyReplay(request, retryAfterMs);
    return true;
  }

  /** A copy of a call that was allowed does not count; whether it is one shows when its body has been read. */
  private async mayBeReplay(callerId: string, key: string): Promise<boolean> {
    return this.hands.has(handOf(callerId, key)) || this.claims.isUsed(callerId, key);
  }
}
