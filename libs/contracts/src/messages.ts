import { z } from 'zod';
import { Brand } from './brand.js';
import { AssetId, CommandId, GenerationNumber, OwnerId, Period, ProjectId } from './ids.js';
import { DurSeconds, Mode, Motion } from './parameters.js';

/** Core NATS and alarm payloads: what processes tell each other besides facts. Losing any costs one repeat. */

/** On `decision.<commandId>`, and the answer to DECISION_QUESTION. */
export const Decision = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('reserved'), commandId: CommandId, generation: GenerationNumber }),
  z.object({
    outcome: z.literal('denied'),
    commandId: CommandId,
    generation: GenerationNumber,
    reason: z.enum(['limit', 'overage_disabled', 'overage_cap']),
  }),
  z.object({ outcome: z.literal('undecided'), commandId: CommandId }),
]);
export type Decision = z.infer<typeof Decision>;

/**
 * DECISION_QUESTION: what does the ledger of owner and period hold of this command? If nothing yet, whoever is asked
 * decides the request at `requestSeq` of ASSETS: the copy that its message went to may be dead.
 */
export const DecisionQuestion = z.object({
  ownerId: OwnerId,
  period: Period,
  commandId: CommandId,
  requestSeq: z.number().int().min(1),
});
export type DecisionQuestion = z.infer<typeof DecisionQuestion>;

/** Payload of every `due.generator.>` message. */
export const GeneratorDue = z.object({
  assetId: AssetId,
  generation: GenerationNumber,
  requestSeq: z.number().int().optional(),
  stage: z.string(),
  attempt: z.number().int(),
  /** `begin`: just queued; `callback`: the provider reported; `poll`, `retry`, `stall`: an alarm went off. */
  kind: z.enum(['begin', 'callback', 'poll', 'retry', 'stall']),
  /** From a verified callback: adopts a prediction whose creation was never recorded. */
  predictionId: z.string().optional(),
});
export type GeneratorDue = z.infer<typeof GeneratorDue>;

/**
 * Payload of every `due.generator.collection.>` message. `work`: a generation ended, what it worked with can go.
 * `superseded`: a newer one has been served for the grace period. `deleted`: the asset was deleted that long ago.
 */
export const CollectionDue = z.object({
  kind: z.enum(['work', 'superseded', 'deleted']),
  assetId: AssetId,
  /** work: the one that ended. superseded: the one that took over. deleted: the newest asked. */
  generation: GenerationNumber,
  /** Sequence of the fact behind it on ASSETS. */
  seq: z.number().int().min(1),
});
export type CollectionDue = z.infer<typeof CollectionDue>;

/** Payload of every `due.gateway.project.>` message. */
export const ProjectDue = z.object({ projectId: ProjectId, seq: z.number().int().min(1) });
export type ProjectDue = z.infer<typeof ProjectDue>;

/** Notifier to one gateway: confirm you know generation `generation` (its first fact has sequence `seq`). */
export const FenceQuestion = z.object({
  assetId: AssetId,
  generation: GenerationNumber,
  seq: z.number().int(),
});
export type FenceQuestion = z.infer<typeof FenceQuestion>;
/** `confirmed`: it knows, and no storable answer of an older generation is still going out. */
export const FenceAnswer = z.object({ confirmed: z.boolean() });

/** Value of the lease `gateway.<id>`: `since` Unix ms of its start. */
export const GatewayLease = z.object({ id: z.string(), since: z.number().int() });
/** Value of the lease `notifier.<id>`: where its SSE server listens. */
export const NotifierLease = z.object({ id: z.string(), url: z.string(), since: z.number().int() });

/**
 * Payload of `due.notifier.purge.<assetId>` and `due.notifier.purge-project.>`. `again`: somebody asked for a purge.
 * `pursue`: caches had not confirmed. `project`: the project's keys changed by the fact `seq` on TENANTS.
 */
export const PurgeDue = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('again'), assetId: AssetId, projectId: ProjectId, commandId: CommandId }),
  z.object({ kind: z.literal('pursue'), assetId: AssetId }),
  z.object({ kind: z.literal('project'), projectId: ProjectId, seq: z.number().int().min(1) }),
]);
export type PurgeDue = z.infer<typeof PurgeDue>;

/**
 * Payload of `due.notifier.webhook.<deliveryId>`: the fact that is told, by its stream and sequence. With `replay` it is
 * sent again by that command, whatever became of it before.
 */
export const WebhookDue = z.object({
  projectId: ProjectId,
  stream: z.enum(['ASSETS', 'TENANTS']),
  seq: z.number().int().min(1),
  replay: CommandId.optional(),
});
export type WebhookDue = z.infer<typeof WebhookDue>;

/** Payload of `due.notifier.webhook-test.<projectId>`. */
export const WebhookTestDue = z.object({ projectId: ProjectId, commandId: CommandId });
export type WebhookTestDue = z.infer<typeof WebhookTestDue>;

/**
 * VISION_QUESTION: which prompt would vision write for the picture under `key` (an object that exists) and this brand?
 * Any generator copy answers; nothing is recorded.
 */
export const VisionQuestion = z.object({
  key: z.string().min(1).max(500),
  brand: Brand.nullable(),
  motion: Motion,
  mode: Mode,
  seconds: DurSeconds,
});
export type VisionQuestion = z.infer<typeof VisionQuestion>;
/** `blocked`: the provider will not work on the picture; `unanswered`: it had no prompt in time. */
export const VisionAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('prompt'), prompt: z.string(), provider: z.string() }),
  z.object({ outcome: z.literal('blocked') }),
  z.object({ outcome: z.literal('unanswered') }),
]);
export type VisionAnswer = z.infer<typeof VisionAnswer>;
