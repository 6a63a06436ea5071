import { Global, Module } from '@nestjs/common';
import { Claims } from './claims.js';
import { Idempotency } from './idempotency.js';
import { Keyed } from './keyed.js';
import { KeysInHand } from './keys-in-hand.js';

/** Global for the guard of the rate limit, which asks for keys in hand. */
@Global()
@Module({ providers: [Claims, Idempotency, Keyed, KeysInHand], exports: [Claims, Keyed, KeysInHand] })
export class IdempotencyModule {}
