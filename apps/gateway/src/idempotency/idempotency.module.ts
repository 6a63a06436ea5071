import { Module } from '@nestjs/common';
import { Claims } from './claims.js';
import { Idempotency } from './idempotency.js';
import { Keyed } from './keyed.js';

@Module({ providers: [Claims, Idempotency, Keyed], exports: [Keyed] })
export class IdempotencyModule {}
