import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
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
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = callerOf(request);
    if (!caller) return true;
    const targets = [context.getHandler(), context.getClass()];
    const bucket = this.reflector.getAllAndOverride<Bucket | undefined>(RATE_BUCKET, targets) ?? 'other';
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const retryAfterMs = await this.limits.count(bucket, caller.userId, reply);
    if (retryAfterMs !== undefined) throw new ApiError('rate_limited', { retryAfterMs });
    return true;
  }
}
