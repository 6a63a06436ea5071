import { z } from 'zod';
import { ErrorCode } from '../error-codes.js';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, CommandId, GenerationNumber, OwnerId, Period, ProjectId, Sha256 } from '../ids.js';
import { LoopMode, Resolved } from '../parameters.js';
import { ModelName, PlanName } from '../plans.js';

/** Longest text kept of somebody else's error, in UTF-16 code units. */
export const MAX_DETAIL = 300;

export const STAGES = ['vision', 'single', 'stage1', 'stage2', 'merge', 'r2_write'] as const;
export const Stage = z.enum(STAGES);
export type Stage = z.infer<typeof Stage>;
/** The stages that are predictions. */
export const PREDICTION_STAGES = ['single', 'stage1', 'stage2'] as const;
export const PredictionStage = z.enum(PREDICTION_STAGES);
export type PredictionStage = z.infer<typeof PredictionStage>;

/** A generation and the sequence of its request: from there its facts can be read. */
export const Anchor = z.strictObject({ generation: GenerationNumber, requestSeq: z.number().int().min(1) });
export type Anchor = z.infer<typeof Anchor>;

/**
 * On every fact of a generation. `latest` points at the newest queued generation as the writer knew it, so the
 * last message of the subject is enough to find where to fold from.
 */
export const generationBase = {
  assetId: AssetId,
  projectId: ProjectId,
  ownerId: OwnerId,
  period: Period,
  generation: GenerationNumber,
  requestSeq: z.number().int().min(1),
  commandId: CommandId,
  latest: Anchor.nullable(),
};
const ms = z.number().int().min(0);
/** Somebody else's words about a failure, for operators alone: outsiders are told `message` (PRODUCT 11). */
const detail = z.string().max(MAX_DETAIL).optional();
const attempt = z.number().int().min(1);
const object = { key: z.string(), sha256: Sha256, bytes: z.number().int().min(1) };

/** Quota allowed it and the pipeline took it up, with every value resolved. */
export const GenerationQueued = defineFact(
  'GenerationQueued',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    resolved: Resolved,
    /** The asset's own prompt, given at prepare: used by every regenerate that sends none. */
    ownPrompt: z.string().optional(),
    src: z.string(),
    plan: PlanName,
    model: ModelName,
    overage: z.boolean(),
    /** The open generation that this one ends, if any. */
    supersedes: GenerationNumber.optional(),
    /**
     * The oldest generation that was neither announced nor ended when this one was queued. From `latest` alone it
     * would be out of sight.
     */
    behind: Anchor.optional(),
  }),
);

/** Quota denied it. Nothing changes but that the number is used up. */
export const GenerationRefused = defineFact(
  'GenerationRefused',
  1,
  'generator',
  z.strictObject({ ...generationBase, reason: z.enum(['limit', 'overage_disabled', 'overage_cap']) }),
);

/** The source's bytes were fetched, checked and kept for this generation. */
export const SourceFetched = defineFact(
  'SourceFetched',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    ...object,
    mediaType: z.enum(['image/png', 'image/jpeg', 'image/webp']),
    width: z.number().int(),
    height: z.number().int(),
    latencyMs: ms,
  }),
);

export const VisionStarted = defineFact(
  'VisionStarted',
  1,
  'generator',
  z.strictObject({ ...generationBase, attempt }),
);

/** There is a motion prompt: from vision, or the override taken over as it is. */
export const VisionCompleted = defineFact(
  'VisionCompleted',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    attempt,
    prompt: z.string(),
    provider: z.enum(['local', 'anthropic', 'replicate', 'override']),
    /** The provider's name of the model that looked; the local one has none. */
    model: z.string().optional(),
    latencyMs: ms,
  }),
);

export const VisionFailed = defineFact(
  'VisionFailed',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    attempt,
    code: ErrorCode,
    message: z.string(),
    detail,
    transient: z.boolean(),
    retryAfterMs: ms.optional(),
  }),
);

/** Whoever appends this, and nobody else, may call the provider for this attempt. */
export const StageStarted = defineFact(
  'StageStarted',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    stage: Stage,
    attempt,
    model: ModelName.optional(),
    /** The provider's name of the model, and the prompt exactly as it was sent. */
    slug: z.string().optional(),
    prompt: z.string().optional(),
    /** What the provider charges for it by the operator's price list; facts before that list have none. */
    estimatedUsd: z.number().min(0).optional(),
  }),
);

/** The provider took the work. Recorded from its answer, or adopted from its callback. */
export const PredictionCreated = defineFact(
  'PredictionCreated',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    stage: PredictionStage,
    attempt,
    predictionId: z.string(),
    adopted: z.boolean(),
  }),
);

/**
 * The provider was asked and its answer was lost, so it may be at work. Its callback adopts the prediction until the
 * attempt's whole time is over: asking again could pay twice.
 */
export const PredictionUnconfirmed = defineFact(
  'PredictionUnconfirmed',
  1,
  'generator',
  z.strictObject({ ...generationBase, stage: PredictionStage, attempt }),
);

/** The stage's output is copied into our own store. */
export const StageCompleted = defineFact(
  'StageCompleted',
  1,
  'generator',
  z.strictObject({ ...generationBase, ...object, stage: Stage, attempt, latencyMs: ms }),
);

/**
 * One attempt failed. `transient` ones are tried again while attempts are left, not before `retryAfterMs` where the
 * provider said so.
 */
export const StageFailed = defineFact(
  'StageFailed',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    stage: Stage,
    attempt,
    code: ErrorCode,
    message: z.string(),
    detail,
    transient: z.boolean(),
    retryAfterMs: ms.optional(),
  }),
);

/** The next attempt of a stage begins at `at` (Unix ms). */
export const RetryScheduled = defineFact(
  'RetryScheduled',
  1,
  'generator',
  z.strictObject({ ...generationBase, stage: Stage, attempt, at: ms }),
);

/** The finished video's bytes exist under an immutable key; nobody serves them yet. Charges the ledger. */
export const Mp4Stored = defineFact(
  'Mp4Stored',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    ...object,
    durationMs: ms,
    width: z.number().int(),
    height: z.number().int(),
    loopMode: LoopMode,
    model: ModelName,
    posterKey: z.string(),
    latencyMs: ms,
  }),
);

/** It ended without a video; the previous one keeps being served. Releases the reservation. */
export const GenerationFailed = defineFact(
  'GenerationFailed',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    stage: Stage.optional(),
    code: ErrorCode,
    message: z.string(),
    detail,
  }),
);

/** It ended because a newer one was reserved or its owner asked. `predicted`: a prediction had been recorded. */
export const GenerationCancelled = defineFact(
  'GenerationCancelled',
  1,
  'generator',
  z.strictObject({
    ...generationBase,
    reason: z.enum(['superseded', 'requested', 'deleted']),
    predicted: z.boolean(),
  }),
);

export const GENERATION_FACTS = [
  GenerationQueued,
  GenerationRefused,
  SourceFetched,
  VisionStarted,
  VisionCompleted,
  VisionFailed,
  StageStarted,
  PredictionCreated,
  PredictionUnconfirmed,
  StageCompleted,
  StageFailed,
  RetryScheduled,
  Mp4Stored,
  GenerationFailed,
  GenerationCancelled,
] as const;
export type GenerationFact = FactOf<(typeof GENERATION_FACTS)[number]>;
