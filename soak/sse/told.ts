import type { Fact } from '../support/raw-log.ts';

/** Facts that clients are told of, by the event's name (PRODUCT 6). Written down again, so as to believe nobody. */
export const EVENT_OF: Readonly<Record<string, string>> = {
  GenerationQueued: 'queued',
  VisionStarted: 'vision_started',
  VisionCompleted: 'vision_completed',
  VisionFailed: 'vision_failed',
  StageStarted: 'stage_started',
  StageCompleted: 'stage_completed',
  StageFailed: 'stage_failed',
  RetryScheduled: 'retry_scheduled',
  Mp4Stored: 'r2_write_completed',
  CachesPurged: 'cache_purged',
  GenerationReady: 'ready',
  GenerationFailed: 'failed',
  GenerationCancelled: 'cancelled',
  WebhookDispatched: 'webhook_dispatched',
  WebhookDelivered: 'webhook_delivered',
  WebhookFailed: 'webhook_failed',
  WebhookDeadLettered: 'webhook_dead_letter',
};

/** One address to watch, and what of the log belongs there. */
export interface Stream {
  readonly kind: 'public' | 'owner' | 'activity';
  readonly path: string;
  /** Sent as it is; '' for the public one. */
  readonly cookie: string;
  /** An asset's or a project's. */
  readonly id: string;
}

/** Sequences of everything the log has for a client of this stream, in order. */
export const wanted = ({ kind, id }: Stream, facts: readonly Fact[]): number[] =>
  facts
    .filter(({ data }) => (kind === 'activity' ? data.projectId : data.assetId) === id)
    .map(({ type, seq }) => ({ event: EVENT_OF[type], seq }))
    .filter(({ event }) => event !== undefined && (kind !== 'public' || !event.startsWith('webhook_')))
    .map(({ seq }) => seq);

/** How a client's sequences differ from those of the log; undefined when they do not. */
export function difference(got: readonly number[], want: readonly number[]): string | undefined {
  if (got.length === want.length && got.every((seq, n) => seq === want[n])) return undefined;
  const seen = new Set(got);
  const known = new Set(want);
  const some = (seqs: readonly number[]) => `${seqs.length} (${seqs.slice(0, 3).join(', ')})`;
  const missing = want.filter((seq) => !seen.has(seq));
  const foreign = got.filter((seq) => !known.has(seq));
  const backwards = got.filter((seq, n) => n > 0 && seq < (got[n - 1] ?? 0));
  const twice = got.length - seen.size;
  return `${got.length} of ${want.length}: missing ${some(missing)}, twice ${twice}, backwards ${some(backwards)}, foreign ${some(foreign)}`;
}
