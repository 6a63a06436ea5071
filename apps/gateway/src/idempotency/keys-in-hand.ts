import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/**
 * Calls with an Idempotency-Key of the caller's own that this process is about to carry out. A replayed answer does not
 * count toward the rate limit (PRODUCT 3.2), so a call over the limit is turned away only when it is none: when no copy
 * of it is at work, and none has its answer.
 */
@Injectable()
export class KeysInHand {
  private readonly counts = new Map<string, number>();
  private readonly over = new WeakMap<FastifyRequest, number>();

  /** A call under the key that may still turn out to be allowed. @returns ends it; safe to call twice */
  enter(key: string): () => void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      const left = (this.counts.get(key) ?? 1) - 1;
      if (left === 0) this.counts.delete(key);
      else this.counts.set(key, left);
    };
  }

  has(key: string): boolean {
    return this.counts.has(key);
  }

  /** The call is over its limit, for another `retryAfterMs`: it may be told an answer, and nothing else. */
  onlyReplay(request: FastifyRequest, retryAfterMs: number): void {
    this.over.set(request, retryAfterMs);
  }

  /** Milliseconds of `onlyReplay`; undefined for a call within its limit. */
  overLimit(request: FastifyRequest): number | undefined {
    return this.over.get(request);
  }
}

/** One caller's key. */
export const handOf = (callerId: string, key: string): string => `${callerId} ${key}`;
