import { Global, Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { InMemoryRateLimiter } from './in-memory-rate-limiter.js';
import { RATE_LIMITER } from './rate-limiter.js';
import { RateLimits } from './rate-limits.js';

@Global()
@Module({
  providers: [
    { provide: RATE_LIMITER, inject: [CLOCK], useFactory: (clock: Clock) => new InMemoryRateLimiter(clock) },
    RateLimits,
  ],
  exports: [RateLimits, RATE_LIMITER],
})
export class RateLimitModule {}
