import type { TimelineEvent } from '../api/types.js';

/** What the event stream tells, with its frame's name; `id` is missing on what is not in the log. */
export type LiveEvent = Omit<TimelineEvent, 'id'> & { readonly id?: string };

/** Names of frames (PRODUCT 6). */
export const FRAME_NAMES = [
  'queued',
  'vision_started',
  'vision_completed',
  'vision_failed',
  'stage_started',
  'stage_progress',
  'stage_completed',
  'stage_failed',
  'retry_scheduled',
  'r2_write_completed',
  'cache_purged',
  'ready',
  'failed',
  'cancelled',
  'webhook_dispatched',
  'webhook_delivered',
  'webhook_failed',
  'webhook_dead_letter',
] as const satisfies readonly LiveEvent['event'][];

/** `<epoch>-<sequence>` of the stream as the timeline writes it. */
export const sequenceOf = (lastEventId: string): string | undefined => lastEventId.split('-')[1];

/** Both without repeats, in the order of the log; what has no id stays where it came. */
export function merged(known: readonly LiveEvent[], more: readonly LiveEvent[]): readonly LiveEvent[] {
  const ids = new Set(known.flatMap(({ id }) => id ?? []));
  const fresh = more.filter(({ id }) => id === undefined || !ids.has(id));
  if (fresh.length === 0) return known;
  const all = [...known, ...fresh];
  return all.sort((a, b) => Number(a.id ?? Number.NaN) - Number(b.id ?? Number.NaN) || a.ts - b.ts);
}
