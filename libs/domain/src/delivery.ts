import type { Recorded } from '@zoetrope/contracts/fact';
import {
  WebhookDeadLettered,
  WebhookDelivered,
  WebhookDispatched,
  WebhookFailed,
  WebhookHeld,
  WebhookReplayed,
} from '@zoetrope/contracts/facts/delivery';

/**
 * One webhook delivery, as the facts on its subject tell it: an asset's `.delivery`, or `endpoint.<projectId>` for an event
 * without an asset. A POST cannot be taken back and its answer can be lost, so an attempt that was dispatched and never
 * ended is made again under its own number.
 */

// --- State ---

interface Counted {
  /** Attempts made or begun, through all replays. */
  readonly attempt: number;
  /** How many of them were made before the last replay: the ladder begins anew with each. */
  readonly before: number;
  /** Commands that had it sent again, the latest ones. */
  readonly replays: readonly string[];
}

export type DeliveryState = Counted &
  (
    | { readonly status: 'due' }
    | { readonly status: 'sending'; readonly since: number }
    | {
        readonly status: 'failed';
        readonly reason: string;
        /** Unix ms; undefined when the failure allows no further attempt. */
        readonly nextAttemptAt?: number;
      }
    | { readonly status: 'delivered' | 'dead' | 'held' }
  );

export const noDelivery: DeliveryState = { status: 'due', attempt: 0, before: 0, replays: [] };

/** A repeated command comes within seconds; so many others may come in between. */
const REPLAYS_KEPT = 20;

// --- Fold ---

/** Applies one fact; facts of other deliveries on the same subject leave it as it is. */
export const evolve =
  (deliveryId: string) =>
  (state: DeliveryState, fact: Recorded): DeliveryState => {
    const told = fact.data as { deliveryId?: string; attempt: number };
    if (told.deliveryId !== deliveryId) return state;
    const { before, replays } = state;
    const counted = { attempt: Math.max(state.attempt, told.attempt), before, replays };
    if (WebhookDispatched.is(fact)) return { ...counted, status: 'sending', since: fact.meta.ts };
    if (WebhookDelivered.is(fact)) return { ...counted, status: 'delivered' };
    if (WebhookDeadLettered.is(fact)) return { ...counted, status: 'dead' };
    if (WebhookHeld.is(fact)) return { ...counted, status: 'held' };
    if (WebhookReplayed.is(fact)) {
      const kept = [...replays, fact.data.commandId].slice(-REPLAYS_KEPT);
      return { status: 'due', attempt: counted.attempt, before: counted.attempt, replays: kept };
    }
    if (!WebhookFailed.is(fact)) return state;
    const { reason, nextAttemptAt } = fact.data;
    return { ...counted, status: 'failed', reason, nextAttemptAt };
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
  /** The endpoint takes nothing at the moment: keep it for a replay. */
  | { readonly kind: 'hold'; readonly attempt: number }
  | { readonly kind: 'nothing-left' };

export interface Looking {
  /** Unix ms. */
  readonly now: number;
  /** How long whoever dispatched an attempt is given to record its end; longer than a POST takes, ms. */
  readonly claimMs: number;
  /** Whether its endpoint may be sent to. */
  readonly open: boolean;
}

/** What remains to be done. */
export const nextAttempt = (state: DeliveryState, { now, claimMs, open }: Looking): NextAttempt => {
  const { attempt } = state;
  switch (state.status) {
    case 'due':
      return open ? { kind: 'attempt', attempt: attempt + 1 } : { kind: 'hold', attempt };
    case 'sending': {
      const free = state.since + claimMs;
      if (free > now) return { kind: 'wait', at: free };
      return open ? { kind: 'attempt', attempt } : { kind: 'hold', attempt };
    }
    case 'failed': {
      if (state.nextAttemptAt === undefined) return { kind: 'dead-letter', attempt, reason: state.reason };
      if (!open) return { kind: 'hold', attempt };
      return state.nextAttemptAt > now
        ? { kind: 'wait', at: state.nextAttemptAt }
        : { kind: 'attempt', attempt: attempt + 1 };
    }
    default:
      return { kind: 'nothing-left' };
  }
};

/**
 * Whether a command to send it again is to be recorded. Not one that was, nor while it is being sent or about to be
 * anyway.
 */
export const mayReplay = (state: DeliveryState, commandId: string): boolean =>
  state.status !== 'due' && state.status !== 'sending' && !state.replays.includes(commandId);

/** Waits after the first to fifth failed attempt, ms (PRODUCT 6.2): 30 s, 2 m, 10 m, 30 m, 2 h. */
export const RETRY_LADDER_MS = [30_000, 120_000, 600_000, 1_800_000, 7_200_000] as const;
/** A receiver may ask for a later attempt, but not keep a delivery open longer than a day at a time. */
export const MAX_RETRY_AFTER_MS = 86_400_000;

export interface FailedAttempt {
  readonly deliveryId: string;
  /** Of its round: 1 for the first, also after a replay. */
  readonly attempt: number;
  readonly responseCode?: number;
  /** What `Retry-After` asked for, ms from now. */
  readonly retryAfterMs?: number;
}

/**
 * When a failed attempt is made again, Unix ms; undefined when it is not. Later by up to a tenth, told by the
 * delivery's id, so that deliveries which failed together do not come back together. `Retry-After` may only make it
 * later: a shorter one would use the six requests up before an outage is over.
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
