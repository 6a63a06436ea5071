import { API_ERRORS, DENIAL_ERRORS } from '@zoetrope/contracts/errors';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import {
  GenerationCancelled,
  GenerationFailed,
  GenerationQueued,
  GenerationRefused,
  Mp4Stored,
  PredictionCreated,
  VisionCompleted,
} from '@zoetrope/contracts/facts/generation';
import type { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { CachesPurged, GenerationReady } from '@zoetrope/contracts/facts/video';
import type { GenerationRow } from './rows.js';

type Ask = Recorded<FactOf<typeof AssetPrepared>> | Recorded<FactOf<typeof AssetRegenerateRequested>>;

/** A generation that was asked for and of which nothing else is known. */
export const newGeneration = ({ data, meta }: Ask, asked: GenerationRow['asked']): GenerationRow => ({
  asset_id: data.assetId,
  number: data.number,
  request_seq: meta.seq,
  requested_by: data.requestedBy,
  asked,
  requested_at: meta.ts,
  accepted: false,
  status: 'pending',
  reason: null,
  resolved: null,
  model: null,
  vision_prompt: null,
  loop_mode: null,
  key: null,
  poster_key: null,
  sha256: null,
  bytes: null,
  predictions: [],
  ready_at: null,
  error_code: null,
  error_msg: null,
  collected: false,
});

/** The row after a fact of its generation; the same object when the fact says nothing about it. */
export function applyToGeneration(row: GenerationRow, fact: Recorded): GenerationRow {
  if (GenerationQueued.is(fact)) {
    const { resolved, model } = fact.data;
    const vision_prompt = resolved.prompt_override ?? null;
    return { ...row, accepted: true, resolved, model, vision_prompt };
  }
  if (VisionCompleted.is(fact)) return { ...row, vision_prompt: fact.data.prompt };
  if (PredictionCreated.is(fact)) return withPrediction(row, fact.data);
  if (Mp4Stored.is(fact)) {
    const { key, posterKey, sha256, bytes, loopMode, model } = fact.data;
    return { ...row, key, poster_key: posterKey, sha256, bytes, loop_mode: loopMode, model };
  }
  if (GenerationReady.is(fact)) return { ...row, status: 'ready', ready_at: fact.meta.ts };
  if (CachesPurged.is(fact) && fact.data.announced) {
    return { ...row, status: 'ready', ready_at: row.ready_at ?? fact.meta.ts };
  }
  return applyEnd(row, fact);
}

function applyEnd(row: GenerationRow, fact: Recorded): GenerationRow {
  if (GenerationFailed.is(fact)) {
    const { code, message } = fact.data;
    return { ...row, status: 'failed', error_code: code, error_msg: message };
  }
  if (GenerationCancelled.is(fact)) {
    const { reason } = fact.data;
    return { ...row, accepted: true, status: 'cancelled', reason, error_code: 'cancelled' };
  }
  if (GenerationRefused.is(fact)) {
    const { reason } = fact.data;
    const { message } = API_ERRORS[DENIAL_ERRORS[reason]];
    return { ...row, status: 'refused', reason, error_code: 'quota_exceeded', error_msg: message };
  }
  return row;
}

function withPrediction(
  row: GenerationRow,
  { predictionId: id, stage, attempt }: FactOf<typeof PredictionCreated>['data'],
): GenerationRow {
  if (row.predictions.some((known) => known.id === id)) return row;
  return { ...row, predictions: [...row.predictions, { id, stage, attempt }] };
}
