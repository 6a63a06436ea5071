import type { Fact, Recorded } from '@zoetrope/contracts/fact';
import {
  GenerationCancelled,
  GenerationFailed,
  GenerationQueued,
  RetryScheduled,
  StageCompleted,
} from '@zoetrope/contracts/facts/generation';
import { GenerationReady } from '@zoetrope/contracts/facts/video';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';

/** Kinds of facts that webhooks tell of. */
export const WEBHOOK_FACTS = [
  GenerationQueued,
  StageCompleted,
  RetryScheduled,
  GenerationFailed,
  GenerationCancelled,
  GenerationReady,
] as const;

/** Facts by the webhook type they become (PRODUCT 6.2). */
const TYPE_OF_FACT: Readonly<Record<(typeof WEBHOOK_FACTS)[number]['type'], WebhookEventType>> = {
  GenerationQueued: 'asset.queued',
  StageCompleted: 'asset.stage_completed',
  RetryScheduled: 'asset.retry_scheduled',
  GenerationFailed: 'asset.failed',
  GenerationCancelled: 'asset.cancelled',
  GenerationReady: 'asset.completed',
};

export const webhookTypeOf = (fact: Fact): WebhookEventType | undefined =>
  (TYPE_OF_FACT as Readonly<Record<string, WebhookEventType>>)[fact.type];

/** What the six kinds have in common. */
export type WebhookSource = Recorded<
  Fact<string, { assetId: string; projectId: string; generation: number; requestSeq: number }>
>;
