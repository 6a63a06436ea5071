import { Global, Module } from '@nestjs/common';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { SecretsPool } from '../database/secrets-pool.js';
import { InMemoryRateLimiter } from './in-memory-rate-limiter.js';
import { PostgresRateLimiter } from './postgres-rate-limiter.js';
import { RATE_LIMITER } from './rate-limiter.js';
import { RateLimits } from './rate-limits.js';
import { SurvivingRateLimiter } from './surviving-rate-limiter.js';

@Global()
@Module({
  providers: [
    {
      provide: RATE_LIMITER,
      inject: [SecretsPool, CLOCK],
      useFactory: (database: SecretsPool, clock: Clock) =>
        new SurvivingRateLimiter(new PostgresRateLimiter(database), new InMemoryRateLimiter(clock)),
    },
    RateLimits,
  ],
  exports: [RateLimits, RATE_LIMITER],
})
export class RateLimitModule {}
