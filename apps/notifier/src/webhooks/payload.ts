import type { Recorded } from '@zoetrope/contracts/fact';
import {
  GenerationCancelled,
  GenerationFailed,
  GenerationQueued,
  RetryScheduled,
  StageCompleted,
} from '@zoetrope/contracts/facts/generation';
import { GenerationReady } from '@zoetrope/contracts/facts/video';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import type { WebhookSource } from './event-types.js';

/** The body of one event (PRODUCT 6.2). Made of facts only, so that every attempt sends the same bytes. */
export interface WebhookBody {
  readonly id: string;
  readonly type: WebhookEventType;
  /** Unix ms; `timestamp` is the same in ISO 8601. */
  readonly ts: number;
  readonly timestamp: string;
  readonly asset_id: string;
  readonly project_id: string;
  readonly request_id: string | null;
  /** `sequence` grows with every event of an installation: a receiver can drop what is older than what it has. */
  readonly data: { readonly generation: number; readonly sequence: number } & Record<string, unknown>;
}

/** @param mp4Url the asset's proxy URL, for `asset.completed` */
export function webhookBody(
  fact: WebhookSource,
  id: string,
  type: WebhookEventType,
  mp4Url: string,
): WebhookBody {
  const { assetId, projectId, generation } = fact.data;
  const { ts, seq, requestId } = fact.meta;
  return {
    id,
    type,
    ts,
    timestamp: new Date(ts).toISOString(),
    asset_id: assetId,
    project_id: projectId,
    request_id: requestId ?? null,
    data: { generation, sequence: seq, ...detailOf(fact, mp4Url) },
  };
}

function detailOf(fact: Recorded, mp4Url: string): Record<string, unknown> {
  if (GenerationReady.is(fact)) {
    const { bytes, sha256, durationMs, loopMode, model } = fact.data;
    return { mp4_url: mp4Url, bytes, sha256, duration_ms: durationMs, loop_mode: loopMode, model };
  }
  if (GenerationQueued.is(fact)) return { model: fact.data.model };
  if (GenerationCancelled.is(fact)) return { reason: fact.data.reason };
  if (GenerationFailed.is(fact)) {
    return { stage: fact.data.stage, error_code: fact.data.code, error_msg: fact.data.message };
  }
  if (StageCompleted.is(fact)) {
    return { stage: fact.data.stage, attempt: fact.data.attempt, latency_ms: fact.data.latencyMs };
  }
  if (RetryScheduled.is(fact)) {
    return { stage: fact.data.stage, attempt: fact.data.attempt, retry_at: fact.data.at };
  }
  return {};
}
