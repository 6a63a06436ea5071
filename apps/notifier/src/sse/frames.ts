import type { EventData, EventName, ProgressReport } from '@zoetrope/contracts/events';
import type { Recorded } from '@zoetrope/contracts/fact';
import { eventDataOf, type View } from '@zoetrope/domain/event-data';
import { formatCursor } from './cursor.js';

/**
 * A fact as one SSE frame (WHATWG HTML 9.2.6), `id` being the cursor to resume from.
 * @returns undefined when the view does not show the fact
 */
export function frameOf(fact: Recorded, epoch: string, view: View): string | undefined {
  const told = eventDataOf(fact, view);
  return told && `id: ${formatCursor({ epoch, seq: fact.meta.seq })}\n${frame(told.name, told.data)}`;
}

/** `stage_progress` is not in the log, so it has no id and is not repeated. */
export const progressFrame = (report: ProgressReport): string =>
  frame('stage_progress', {
    asset_id: report.assetId,
    generation: report.generation,
    ts: report.ts,
    attempt: report.attempt,
    stage: report.stage,
    progress: report.progress,
  });

/** Tells a client that its cursor means nothing here; what follows is the current generation. */
export const RESET_FRAME = 'event: reset\ndata: {}\n\n';
export const PING = ': ping\n\n';
/** How long an EventSource waits before it connects again, ms. */
export const retryLine = (ms: number): string => `retry: ${ms}\n\n`;

const frame = (name: EventName, data: EventData): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
