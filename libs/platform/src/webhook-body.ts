import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import { EndpointTestAsked, EndpointThresholdRaised } from '@zoetrope/contracts/facts/endpoint';
import {
  GenerationCancelled,
  GenerationFailed,
  GenerationQueued,
  RetryScheduled,
  StageCompleted,
} from '@zoetrope/contracts/facts/generation';
import { GenerationReady } from '@zoetrope/contracts/facts/video';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';

/** Kinds of facts that webhooks tell of, by stream. */
export const ASSET_SOURCES = [
  GenerationQueued,
  StageCompleted,
  RetryScheduled,
  GenerationFailed,
  GenerationCancelled,
  GenerationReady,
] as const;
export const ENDPOINT_SOURCES = [EndpointTestAsked, EndpointThresholdRaised] as const;

type SourceName = (typeof ASSET_SOURCES | typeof ENDPOINT_SOURCES)[number]['type'];

/** Facts by the webhook type they become (PRODUCT 6.2). */
const TYPE_OF_FACT: Readonly<Record<SourceName, WebhookEventType>> = {
  GenerationQueued: 'asset.queued',
  StageCompleted: 'asset.stage_completed',
  RetryScheduled: 'asset.retry_scheduled',
  GenerationFailed: 'asset.failed',
  GenerationCancelled: 'asset.cancelled',
  GenerationReady: 'asset.completed',
  EndpointTestAsked: 'asset.test',
  EndpointThresholdRaised: 'quota.threshold',
};

export const webhookTypeOf = (fact: Fact): WebhookEventType | undefined =>
  (TYPE_OF_FACT as Readonly<Record<string, WebhookEventType>>)[fact.type];

/** What all of them have in common; those without an asset have the project only. */
export type WebhookSource = Recorded<
  Fact<string, { projectId: string; assetId?: string; generation?: number; requestSeq?: number }>
>;

/** The body of one event (PRODUCT 6.2). Made of facts only, so that every attempt sends the same. */
export interface WebhookBody {
  readonly id: string;
  readonly type: WebhookEventType;
  /** Unix ms; `timestamp` is the same in ISO 8601. */
  readonly ts: number;
  readonly timestamp: string;
  /** null for an event that is about none. */
  readonly asset_id: string | null;
  readonly project_id: string;
  readonly request_id: string | null;
  /**
   * `sequence` grows with every event of an asset: a receiver can drop what is older than what it has. `generation` is 0
   * for an event without an asset.
   */
  readonly data: { readonly generation: number; readonly sequence: number } & Record<string, unknown>;
}

/** @param mp4Url the asset's proxy URL, for `asset.completed` */
export function webhookBody(
  fact: WebhookSource,
  id: string,
  type: WebhookEventType,
  mp4Url: string | undefined,
): WebhookBody {
  const { assetId = null, projectId, generation = 0 } = fact.data;
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

function detailOf(fact: Recorded, mp4Url: string | undefined): Record<string, unknown> {
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
  if (EndpointThresholdRaised.is(fact)) {
    const { period, plan, percent, used, limit, overage } = fact.data;
    return { period, plan, percent, used, limit, overage };
  }
  return {};
}
