import type { Mode } from '../api/types.js';
import type { LiveEvent } from './events.js';

export type StageState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

/** One frame of the strip. */
export interface Stage {
  readonly key: string;
  /** As a person would say it. */
  readonly label: string;
  readonly state: StageState;
  /** 0 to 1 while it runs. */
  readonly progress: number;
  readonly attempt: number;
  readonly latencyMs?: number;
}

export type Outcome = 'running' | 'ready' | 'failed' | 'cancelled';

export interface Progress {
  readonly stages: readonly Stage[];
  readonly outcome: Outcome;
  /** Why it failed or was cancelled, when it retries, which caches did not answer. */
  readonly note?: string;
}

const LABELS: Readonly<Record<string, string>> = {
  queued: 'Reserved',
  vision: 'Looking',
  single: 'Animating',
  stage1: 'Animating out',
  stage2: 'Animating back',
  merge: 'Splicing',
  r2_write: 'Storing',
  live: 'Going live',
};

const stagesOfMode = (mode: Mode): string[] =>
  mode === 'loop'
    ? ['queued', 'vision', 'stage1', 'stage2', 'merge', 'r2_write', 'live']
    : ['queued', 'vision', 'single', 'merge', 'r2_write', 'live'];

type Draft = { -readonly [K in keyof Stage]: Stage[K] };

const began = (stage: Draft, attempt: number): void => {
  stage.state = 'running';
  stage.attempt = attempt;
  stage.progress = 0;
};

function end(stage: Draft | undefined, state: StageState, latencyMs?: number): void {
  if (!stage) return;
  stage.state = state;
  stage.progress = state === 'done' ? 1 : stage.progress;
  if (latencyMs !== undefined) stage.latencyMs = latencyMs;
}

/**
 * What the events of one generation make of its stages.
 * @param events of this generation, in the order of the log
 */
export function progressOf(events: readonly LiveEvent[], mode: Mode): Progress {
  const stages = new Map<string, Draft>(
    stagesOfMode(mode).map((key) => [
      key,
      { key, label: LABELS[key] ?? key, state: 'waiting', progress: 0, attempt: 1 },
    ]),
  );
  let outcome: Outcome = 'running';
  let note: string | undefined;
  for (const event of events) {
    const stage = stages.get(event.stage ?? '');
    if (event.event === 'queued') end(stages.get('queued'), 'done');
    if ((event.event === 'vision_started' || event.event === 'stage_started') && stage)
      began(stage, event.attempt ?? 1);
    if (event.event === 'stage_progress' && stage && stage.state !== 'done') {
      stage.state = 'running';
      stage.progress = Math.max(stage.progress, event.progress ?? 0);
    }
    if (event.event === 'vision_completed' || event.event === 'stage_completed')
      end(stage, 'done', event.latency_ms);
    if (event.event === 'vision_failed' || event.event === 'stage_failed') end(stage, 'failed');
    if (event.event === 'retry_scheduled') note = retryNote(event);
    if (event.event === 'stage_started') note = undefined;
    if (event.event === 'r2_write_completed') stored(stages);
    if (event.event === 'ready') {
      for (const each of stages.values()) end(each, 'done');
      outcome = 'ready';
      note = event.unconfirmed?.length ? `Not confirmed yet by: ${event.unconfirmed.join(', ')}` : undefined;
    }
    if (event.event === 'failed' || event.event === 'cancelled') {
      outcome = event.event;
      note = endNote(event);
      stopped(stages);
    }
  }
  return { stages: [...stages.values()], outcome, note };
}

function stored(stages: Map<string, Draft>): void {
  for (const [key, stage] of stages) if (key !== 'live') end(stage, 'done');
  const live = stages.get('live');
  if (live) began(live, 1);
}

function stopped(stages: Map<string, Draft>): void {
  for (const stage of stages.values()) {
    if (stage.state === 'running') stage.state = 'failed';
    if (stage.state === 'waiting') stage.state = 'skipped';
  }
}

const retryNote = ({ attempt, stage, error_code }: LiveEvent): string =>
  `${LABELS[stage ?? ''] ?? 'A step'} did not work (${error_code ?? 'unknown'}); trying again, attempt ${(attempt ?? 1) + 1} of 3`;

function endNote({ event, error_code, error_msg, reason }: LiveEvent): string {
  if (event === 'failed') return [error_code, error_msg].filter(Boolean).join(': ');
  return reason === 'superseded' ? 'A newer request took its place' : 'Cancelled before it was made';
}
