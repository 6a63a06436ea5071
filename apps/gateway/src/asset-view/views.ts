import type { AssetView, GenerationView } from '@zoetrope/contracts/api/assets';
import type { AssetRow, ChargeRow, GenerationRow } from '@zoetrope/projections/rows';
import type { EmbedOf } from '../signing/embed-urls.js';

/** Of the generation that is being served. */
export type ServedGeneration = Pick<GenerationRow, 'vision_prompt' | 'ready_at'>;

/** An asset as its owner sees it (PRODUCT 3.3): current values, and the served video's own. */
export function assetView(row: AssetRow, served: ServedGeneration | undefined, embed: EmbedOf): AssetView {
  const { id, project_id, src_url, status, motion, mode, dur_seconds, aspect, seed, video } = row;
  return {
    id,
    project_id,
    src_url,
    status,
    motion,
    mode,
    dur_seconds,
    aspect,
    seed,
    ...embed(src_url, row.asked),
    duration_ms: video?.durationMs ?? null,
    width: video?.width ?? null,
    height: video?.height ?? null,
    bytes: video?.bytes ?? null,
    sha256: video?.sha256 ?? null,
    vision_prompt: served?.vision_prompt ?? null,
    model: video?.model ?? null,
    loop_mode: video?.loopMode ?? null,
    generation: video?.generation ?? 0,
    // One that waits for its decision counts: its caller may have been told that it was accepted.
    generation_count: row.generation_count + row.waiting.length,
    created_at: row.created_at,
    ready_at: served?.ready_at ?? null,
    error: row.error,
  };
}

/** One generation as its owner sees it: resolved values once it was taken up, before that what was asked. */
export function generationView(row: GenerationRow, charge: ChargeRow | undefined): GenerationView {
  const { status, reason, requested_by, vision_prompt, loop_mode, bytes, sha256, predictions } = row;
  const settled = charge?.state === 'charged';
  return {
    generation: row.number,
    status,
    ...(reason !== null && { reason }),
    requested_by,
    parameters: parametersOf(row),
    vision_prompt,
    model: row.model,
    loop_mode,
    bytes,
    sha256,
    predictions,
    charged: settled,
    overage: (settled || charge?.state === 'reserved') && charge.overage,
    requested_at: row.requested_at,
    ready_at: row.ready_at,
    error_code: row.error_code,
    error_msg: row.error_msg,
  };
}

function parametersOf({ resolved, asked }: GenerationRow): GenerationView['parameters'] {
  const { motion, mode, dur_seconds, aspect, seed } = resolved ?? asked;
  const prompt_override = (resolved ?? asked).prompt_override ?? null;
  return { motion, mode, dur_seconds, aspect, seed, prompt_override };
}
