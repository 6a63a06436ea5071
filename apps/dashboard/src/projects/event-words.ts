import type { LiveEvent } from '../live/events.js';

const STAGE: Readonly<Record<string, string>> = {
  vision: 'looking at the picture',
  single: 'the animation',
  stage1: 'the way out',
  stage2: 'the way back',
  merge: 'splicing',
  r2_write: 'storing',
};

/** An event as a person would tell it. */
export function wordsOf({
  event,
  stage,
  error_code,
  response_code,
  event_type,
  reason,
  unconfirmed,
}: LiveEvent): string {
  const of = STAGE[stage ?? ''] ?? stage ?? '';
  const late = unconfirmed?.length ? `; not confirmed by ${unconfirmed.join(', ')}` : '';
  const words: Readonly<Record<LiveEvent['event'], string>> = {
    queued: 'Accepted and reserved',
    vision_started: 'Looking at the picture',
    vision_completed: 'Wrote the motion prompt',
    vision_failed: `Looking at the picture failed (${error_code})`,
    stage_started: `Began ${of}`,
    stage_progress: `Working on ${of}`,
    stage_completed: `Finished ${of}`,
    stage_failed: `Failed ${of} (${error_code})`,
    retry_scheduled: `Will try ${of} again`,
    r2_write_completed: 'Stored the video',
    cache_purged: `Cleared the caches${late}`,
    ready: `Live${late}`,
    failed: `Failed: ${error_code}`,
    cancelled: reason === 'superseded' ? 'Superseded by a newer request' : 'Cancelled',
    webhook_dispatched: `Sent webhook ${event_type ?? ''}`,
    webhook_delivered: `Webhook delivered${response_code ? ` (${response_code})` : ''}`,
    webhook_failed: `Webhook not delivered${response_code ? ` (${response_code})` : ''}`,
    webhook_dead_letter: 'Webhook given up',
  };
  return words[event];
}

const BAD = new Set<LiveEvent['event']>([
  'vision_failed',
  'stage_failed',
  'failed',
  'webhook_failed',
  'webhook_dead_letter',
]);
export const toneOf = ({ event }: LiveEvent): string =>
  event === 'ready' ? 'good' : BAD.has(event) ? 'bad' : '';
