import type { Recorded } from '@zoetrope/contracts/fact';
import {
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
} from '@zoetrope/contracts/facts/delivery';

/**
 * One webhook delivery, as the `.delivery` facts of its asset tell it. A POST cannot be taken back and its
 * answer can be lost, so an attempt that was dispatched and never ended is made again under its own number.
 */

// --- State ---

export type DeliveryState =
  | { readonly status: 'none' }
  | { readonly status: 'sending'; readonly attempt: number; readonly since: number }
  | {
      readonly status: 'failed';
      readonly attempt: number;
      readonly reason: string;
      /** Unix ms; undefined when the failure allows no further attempt. */
      readonly nextAttemptAt?: number;
    }
  | { readonly status: 'delivered' | 'dead'; readonly attempt: number };

export const noDelivery: DeliveryState = { status: 'none' };

// --- Fold ---

/** Applies one fact; facts of other deliveries on the same subject leave it as it is. */
export const evolve =
  (deliveryId: string) =>
  (state: DeliveryState, fact: Recorded): DeliveryState => {
    if ((fact.data as { deliveryId?: string }).deliveryId !== deliveryId) return state;
    if (WebhookDispatched.is(fact)) {
      return { status: 'sending', attempt: fact.data.attempt, since: fact.meta.ts };
    }
    if (WebhookDelivered.is(fact)) return { status: 'delivered', attempt: fact.data.attempt };
    if (WebhookDeadLettered.is(fact)) return { status: 'dead', attempt: fact.data.attempt };
    if (!WebhookFailed.is(fact)) return state;
    const { attempt, reason, nextAttemptAt } = fact.data;
    return { status: 'failed', attempt, reason, nextAttemptAt };
  };

/** Folds facts in the order of the log. */
export const foldDelivery = (deliveryId: string, facts: readonly Recorded[]): DeliveryState =>
  facts.reduce(evolve(deliveryId), noDelivery);

// --- Decide ---

/** `attempt`: dispatch and POST it now. `wait`: somebody may be at it, or it is not due; look again at `at`. */
export type NextAttempt =
  | { readonly kind: 'attempt'; readonly attempt: number }
  | { readonly kind: 'wait'; readonly at: number }
  | { readonly kind: 'dead-letter'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'nothing-left' };

/**
 * What remains to be done.
 *
 * @param now Unix ms
 * @param claimMs how long whoever dispatched an attempt is given to record its end; longer than a POST takes
 */
export const nextAttempt = (state: DeliveryState, now: number, claimMs: number): NextAttempt => {
  switch (state.status) {
    case 'none':
      return { kind: 'attempt', attempt: 1 };
    case 'sending': {
      const free = state.since + claimMs;
      return free > now ? { kind: 'wait', at: free } : { kind: 'attempt', attempt: state.attempt };
    }
    case 'failed': {
      const { attempt, reason, nextAttemptAt } = state;
      if (nextAttemptAt === undefined) return { kind: 'dead-letter', attempt, reason };
      return nextAttemptAt > now
        ? { kind: 'wait', at: nextAttemptAt }
        : { kind: 'attempt', attempt: attempt + 1 };
    }
    default:
      return { kind: 'nothing-left' };
  }
};

/** Waits after the first to fifth failed attempt, ms (PRODUCT 6.2): 30 s, 2 m, 10 m, 30 m, 2 h. */
export const RETRY_LADDER_MS = [30_000, 120_000, 600_000, 1_800_000, 7_200_000] as const;
/** A receiver may ask for a later attempt, but not keep a delivery open longer than a day at a time. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

export interface FailedAttempt {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly responseCode?: number;
  /** What `Retry-After` asked for, ms from now. */
  readonly retryAfterMs?: number;
}

/**
 * When a failed attempt is made again, Unix ms; undefined when it is not. Later by up to a tenth, told by the
 * delivery's id, so that deliveries which failed together do not come back together.
 */
export const retryAt = (failed: FailedAttempt, now: number): number | undefined => {
  const step = RETRY_LADDER_MS[failed.attempt - 1];
  // 410 Gone is the receiver's word that nobody will ever answer here again.
  if (step === undefined || failed.responseCode === 410) return undefined;
  const spread = Number.parseInt(failed.deliveryId.slice(-2), 16);
  const laddered = step + (((step * spread) / 2560) | 0);
  const asked = failed.retryAfterMs ?? 0;
  if (asked > MAX_RETRY_AFTER_MS) return now + MAX_RETRY_AFTER_MS;
  if (asked > laddered) return now + asked;
  return now + laddered;
};
