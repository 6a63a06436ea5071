import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../accounts/caller.js';
import { ApiError } from '../http/api-error.js';
import type { Bucket } from '../rate-limit/rate-limits.js';
import { RateLimits } from '../rate-limit/rate-limits.js';
import { Idempotency } from './idempotency.js';
import { keyOf } from './key.guard.js';
import { handOf, KeysInHand } from './keys-in-hand.js';
import type { Command, KeyedAnswer, KeyedCall } from './outcome.js';

/** Object members in one order, so that equal bodies give equal text whatever order they were sent in. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
}

/** What a key stands for: SHA-256 over method, path, caller and body. */
export function fingerprint(method: string, url: string, callerId: string, body: unknown): string {
  const path = url.split('?', 1)[0];
  return createHash('sha256')
    .update(JSON.stringify([method, path, callerId, canonical(body)]))
    .digest('hex');
}

export interface KeyedRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly bucket: Bucket;
  /** The judged body, or whatever else tells two requests of one path apart. */
  readonly body: unknown;
  /** Last sequence of what the call would append to, read before; default 0, which is always right. */
  readonly after?: number;
}

/** Idempotency-Keys over HTTP: the header on every answer, the mark on replays, replays free of the rate limit. */
@Injectable()
export class Keyed {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly limits: RateLimits,
    private readonly hands: KeysInHand,
  ) {}

  /** Runs the command once for its key and gives the body to answer with. */
  async run(call: KeyedRequest, command: Command): Promise<unknown> {
    const { request, reply, caller, bucket, after = 0 } = call;
    const key = keyOf(request);
    const print = fingerprint(request.method, request.url, caller.userId, call.body);
    const keyed = { callerId: caller.userId, key, fingerprint: print, after };
    const overLimit = this.hands.overLimit(request);
    const answer =
      overLimit === undefined
        ? await this.idempotency.run(keyed, command)
        : await this.replay(keyed, overLimit);
    if (answer.replayed) {
      void reply.header('idempotency-replayed', 'true');
      if (overLimit === undefined) await this.limits.giveBack(bucket, caller.userId, reply);
    }
    void reply.code(answer.status);
    return answer.body;
  }
  /** @throws ApiError 429 when there is nothing to replay */
  private async replay(call: KeyedCall, retryAfterMs: number): Promise<KeyedAnswer> {
    const hand = handOf(call.callerId, call.key);
    const answer = await this.idempotency.replay(call, () => this.hands.has(hand));
    if (!answer) throw new ApiError('rate_limited', { retryAfterMs });
    return answer;
  }
}
