import { z } from 'zod';
import { ProjectId } from '../ids.js';
import {
  Aspect,
  DurSeconds,
  Idem,
  LoopMode,
  Mode,
  Motion,
  PromptOverride,
  RegenerateAsked,
  Seed,
  SourceUrl,
} from '../parameters.js';
import { ModelName } from '../plans.js';

const ts = z.number().int();

export const PrepareBody = z.strictObject({
  project_id: z.string().min(1).max(64),
  src: SourceUrl,
  motion: Motion.optional(),
  mode: Mode.optional(),
  dur_seconds: DurSeconds.optional(),
  aspect: Aspect.optional(),
  prompt_override: PromptOverride.optional(),
  seed: Seed.optional(),
  idem: Idem.optional(),
});
export type PrepareBody = z.infer<typeof PrepareBody>;

export const AssetStatus = z.enum(['pending', 'ready', 'failed']);
export type AssetStatus = z.infer<typeof AssetStatus>;

export const PrepareAnswer = z.object({
  asset_id: z.string(),
  status: AssetStatus,
  eta_seconds: z.number().int(),
  mp4_url: z.string(),
  poster_url: z.string(),
  generation: z.number().int(),
});

export const RegenerateBody = RegenerateAsked;
export const RegenerateAnswer = z.object({
  asset_id: z.string(),
  status: z.literal('pending'),
  generation: z.number().int(),
  request_id: z.string(),
});

export const CancelAnswer = z.object({ asset_id: z.string(), status: AssetStatus });
/** The purge was handed on; `cache_purged` tells how it went. */
export const PurgeAnswer = z.object({ asset_id: z.string(), request_id: z.string() });
export const UploadAnswer = z.object({ url: z.string(), key: z.string() });

export const Prediction = z.object({ id: z.string(), stage: z.string(), attempt: z.number().int() });

export const GenerationView = z.object({
  generation: z.number().int(),
  status: z.enum(['pending', 'ready', 'failed', 'cancelled', 'refused']),
  reason: z.string().optional(),
  requested_by: z.string(),
  parameters: z.object({
    motion: Motion.optional(),
    mode: Mode.optional(),
    dur_seconds: DurSeconds.optional(),
    aspect: Aspect.optional(),
    seed: Seed.nullable().optional(),
    prompt_override: z.string().nullable().optional(),
  }),
  vision_prompt: z.string().nullable(),
  model: ModelName.nullable(),
  loop_mode: LoopMode.nullable(),
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  predictions: z.array(Prediction),
  charged: z.boolean(),
  overage: z.boolean(),
  requested_at: ts,
  ready_at: ts.nullable(),
  error_code: z.string().nullable(),
  error_msg: z.string().nullable(),
});
export type GenerationView = z.infer<typeof GenerationView>;

export const AssetView = z.object({
  id: z.string(),
  project_id: ProjectId,
  src_url: z.string(),
  status: AssetStatus,
  motion: Motion,
  mode: Mode,
  dur_seconds: DurSeconds,
  aspect: Aspect,
  seed: Seed.nullable(),
  mp4_url: z.string(),
  poster_url: z.string(),
  duration_ms: z.number().int().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  bytes: z.number().int().nullable(),
  sha256: z.string().nullable(),
  vision_prompt: z.string().nullable(),
  model: ModelName.nullable(),
  loop_mode: LoopMode.nullable(),
  generation: z.number().int(),
  generation_count: z.number().int(),
  created_at: ts,
  ready_at: ts.nullable(),
  error: z.string().nullable(),
});
export type AssetView = z.infer<typeof AssetView>;

export const AssetDetail = z.object({
  asset: AssetView,
  generations: z.array(GenerationView),
  generations_cursor: z.string().nullable(),
});
export const AssetList = z.object({ items: z.array(AssetView), next_cursor: z.string().nullable() });

export const AssetListQuery = z.object({
  status: AssetStatus.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const AssetDetailQuery = z.object({ generations_cursor: z.string().max(200).optional() });
