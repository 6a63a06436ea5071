import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { Period, ProjectId } from '../ids.js';
import { PlanName } from '../plans.js';

/** What the notifier learns of a project's webhook endpoint, on `endpoint.<projectId>` beside its asset-less deliveries. */
const endpoint = { projectId: ProjectId };

const notice = { ...endpoint, eventId: z.string().regex(/^evt_[0-9a-f]{32}$/) };

/** Somebody asked for a test event. It is sent whether or not webhooks are enabled. */
export const EndpointTestAsked = defineFact('EndpointTestAsked', 1, 'notifier', z.strictObject(notice));

/** The owner's month reached a threshold, and this project's endpoint is to hear of it (`QuotaThresholdReached`). */
export const EndpointThresholdRaised = defineFact(
  'EndpointThresholdRaised',
  1,
  'notifier',
  z.strictObject({
    ...notice,
    period: Period,
    plan: PlanName,
    percent: z.union([z.literal(80), z.literal(100)]),
    used: z.number().int(),
    limit: z.number().int(),
    overage: z.number().int(),
  }),
);

/** Its first test event was delivered: webhooks are on from now on. */
export const EndpointEnabled = defineFact('EndpointEnabled', 1, 'notifier', z.strictObject(endpoint));

/** Attempts begin to fail, repeatedly and with no success in between, from here until `EndpointRecovered`. */
export const EndpointFailing = defineFact(
  'EndpointFailing',
  1,
  'notifier',
  z.strictObject({ ...endpoint, reason: z.string() }),
);

/** Something was delivered again. */
export const EndpointRecovered = defineFact('EndpointRecovered', 1, 'notifier', z.strictObject(endpoint));

/** It will be disabled at `disablesAt` (Unix ms) unless something is delivered before. Its owner is told. */
export const EndpointWarned = defineFact(
  'EndpointWarned',
  1,
  'notifier',
  z.strictObject({ ...endpoint, failingSince: z.number().int(), disablesAt: z.number().int() }),
);

/**
 * Nothing is sent to it any more until its owner enables it again. `gone`: it answered 410. `failing`: five days of
 * nothing but failures. What waits for it is held.
 */
export const EndpointDisabled = defineFact(
  'EndpointDisabled',
  1,
  'notifier',
  z.strictObject({ ...endpoint, reason: z.enum(['gone', 'failing']) }),
);

/** Facts that are told by a webhook but are about no asset. */
export const NOTICE_FACTS = [EndpointTestAsked, EndpointThresholdRaised] as const;
export type NoticeFact = FactOf<(typeof NOTICE_FACTS)[number]>;

/** Facts about whether an endpoint is sent to. */
export const ENDPOINT_HEALTH_FACTS = [
  EndpointEnabled,
  EndpointFailing,
  EndpointRecovered,
  EndpointWarned,
  EndpointDisabled,
] as const;
export type EndpointHealthFact = FactOf<(typeof ENDPOINT_HEALTH_FACTS)[number]>;
