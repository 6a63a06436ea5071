import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import {
  EndpointDisabled,
  EndpointEnabled,
  EndpointFailing,
  EndpointRecovered,
  EndpointTestAsked,
  EndpointThresholdRaised,
  EndpointWarned,
} from '@zoetrope/contracts/facts/endpoint';
import { ProjectDeleted, WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import type { ProjectId } from '@zoetrope/contracts/ids';
import { DEFAULT_WEBHOOK_EVENTS, type WebhookEventType } from '@zoetrope/contracts/webhook-events';

/**
 * Whether a project's webhook endpoint is sent to: what its owner set on `project.<id>` and what the notifier found out
 * on `endpoint.<id>`. Both subjects are of one stream; the newer word counts, in whatever order they are read.
 */

// --- State ---

export interface EndpointState {
  readonly url: string | null;
  readonly events: readonly WebhookEventType[];
  readonly enabled: boolean;
  /** By the notifier; null when its owner switched it off, or never on. */
  readonly disabled: 'gone' | 'failing' | null;
  /** A test event was delivered to this address. */
  readonly proven: boolean;
  /** Nothing but failures since then, Unix ms. */
  readonly failing: { readonly since: number; readonly warned: boolean } | null;
  readonly deleted: boolean;
  /** Events without an asset that were raised, the latest ones. */
  readonly raised: readonly string[];
  /** Sequence of the last word on whether it is enabled. */
  readonly settledSeq: number;
}

export const noEndpoint: EndpointState = {
  url: null,
  events: DEFAULT_WEBHOOK_EVENTS,
  enabled: false,
  disabled: null,
  proven: false,
  failing: null,
  deleted: false,
  raised: [],
  settledSeq: 0,
};

/** A message comes again within minutes; so many others may come in between. */
const RAISED_KEPT = 500;

// --- Fold ---

export function evolve(state: EndpointState, fact: Recorded): EndpointState {
  if (EndpointTestAsked.is(fact) || EndpointThresholdRaised.is(fact))
    return { ...state, raised: [...state.raised, fact.data.eventId].slice(-RAISED_KEPT) };
  if (ProjectDeleted.is(fact)) return { ...noEndpoint, deleted: true, settledSeq: fact.meta.seq };
  // An older word that is read after a newer one.
  if (fact.meta.seq < state.settledSeq) return state;
  const settledSeq = fact.meta.seq;
  if (WebhooksConfigured.is(fact)) {
    const { url, events, enabled } = fact.data;
    const fresh = { url, events, enabled, disabled: null, failing: null, settledSeq };
    return { ...state, ...fresh, proven: state.proven && url === state.url };
  }
  if (EndpointEnabled.is(fact))
    return { ...state, enabled: true, proven: true, disabled: null, failing: null, settledSeq };
  if (EndpointDisabled.is(fact))
    return { ...state, enabled: false, disabled: fact.data.reason, failing: null, settledSeq };
  if (EndpointFailing.is(fact)) return { ...state, failing: { since: fact.meta.ts, warned: false } };
  if (EndpointRecovered.is(fact)) return { ...state, failing: null };
  if (EndpointWarned.is(fact)) return { ...state, failing: { since: fact.data.failingSince, warned: true } };
  return state;
}

// --- Decide ---

const DAY_MS = 86_400_000;
/** Of nothing but failures before an endpoint is disabled (PRODUCT 6.2), and before its owner is warned. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;
export const WARNED_AFTER_MS = 3 * DAY_MS;

/** Whether an event of this type may be sent: a test also before webhooks are enabled, to find out. */
export const isOpen = (state: EndpointState, type: WebhookEventType): boolean =>
  state.url !== null && (state.enabled || (type === 'asset.test' && !state.deleted));

/** What becomes of an event that its project has just brought about. */
export const reception = (state: EndpointState, type: WebhookEventType): 'send' | 'hold' | 'nothing' => {
  if (state.url === null || state.deleted || !state.events.includes(type)) return 'nothing';
  if (state.enabled) return 'send';
  // Its owner does not know yet that we stopped; whoever stops it himself wants no events.
  return state.disabled ? 'hold' : 'nothing';
};

export interface Attempted {
  readonly ok: boolean;
  readonly responseCode?: number;
  readonly reason?: string;
  /** Of its round: 1 for the first. */
  readonly attempt: number;
  readonly type: WebhookEventType;
}

/** What one attempt's end says of the endpoint; undefined: nothing new. Asked again until there is nothing new. */
export function learn(
  projectId: ProjectId,
  { ok, responseCode, reason = '', attempt, type }: Attempted,
  now: number,
): (state: EndpointState) => Fact | undefined {
  return (state) => {
    const { failing } = state;
    if (ok) {
      if (type === 'asset.test' && !state.proven) return EndpointEnabled({ projectId });
      return failing ? EndpointRecovered({ projectId }) : undefined;
    }
    if (!state.enabled) return undefined;
    if (responseCode === 410) return EndpointDisabled({ projectId, reason: 'gone' });
    // One failure that the first retry heals is not worth a word.
    if (!failing) return attempt > 1 ? EndpointFailing({ projectId, reason }) : undefined;
    const disablesAt = failing.since + DISABLED_AFTER_MS;
    if (now >= disablesAt) return EndpointDisabled({ projectId, reason: 'failing' });
    if (failing.warned || now < failing.since + WARNED_AFTER_MS) return undefined;
    return EndpointWarned({ projectId, failingSince: failing.since, disablesAt });
  };
}
