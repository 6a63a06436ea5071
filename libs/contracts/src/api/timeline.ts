import { z } from 'zod';
import { EventData, EventName } from '../events.js';

/** One event of the log as SSE tells it to the owner, with the name of its frame; `id` is what stands behind the dash of the stream's id. */
export const TimelineEvent = EventData.extend({ id: z.string(), event: EventName });
export type TimelineEvent = z.infer<typeof TimelineEvent>;

/** Events that one timeline holds at most; a generation has about 20 and its webhooks. */
export const TIMELINE_EVENTS = 300;
/** `generation`: the newest asked one unless told. */
export const TimelineQuery = z.object({
  generation: z.coerce.number().int().min(1).max(999_999_999).optional(),
});
export const TimelineAnswer = z.object({ generation: z.number().int(), items: z.array(TimelineEvent) });

/** How one cache took the last purge of an asset. `at`: when it was asked, Unix ms. */
export const CachePurge = z.object({ cache: z.string(), at: z.number().int(), confirmed: z.boolean() });
/** `generation`: the one whose arrival the purge belongs to; null when the asset was never purged. */
export const PurgesAnswer = z.object({
  generation: z.number().int().nullable(),
  items: z.array(CachePurge),
});
