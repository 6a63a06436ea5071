import type { ErrorCode } from '@zoetrope/contracts/error-codes';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import * as generation from '@zoetrope/contracts/facts/generation';
import { AssetDeleted, AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import {
  CachesPurged,
  GenerationReady,
  type ServedVideo,
  VideoSwitched,
} from '@zoetrope/contracts/facts/video';
import { PRODUCT_DEFAULTS } from '@zoetrope/contracts/parameters';
import { applyDelivery, deliveryTouched } from './delivery-projection.js';
import { applyToGeneration, newGeneration } from './generation-row.js';
import { type Projection, projection } from './projection.js';
import type { RowSet } from './row-set.js';
import type { AssetRow, GenerationRow, RowRef } from './rows.js';

type Data = { assetId: string; generation?: number; number?: number };

/** The number of the generation a fact is about; a request's own number is the one it asks for. */
const numberOf = ({ generation: about, number }: Data): number => about ?? number ?? 0;

const touches = (fact: Recorded): RowRef[] => {
  const data = fact.data as Data;
  const refs: RowRef[] = [
    { table: 'asset', key: [data.assetId] },
    { table: 'generation', key: [data.assetId, numberOf(data)] },
  ];
  return [...refs, ...deliveryTouched(fact)];
};

/** Assets, their generations and their webhook deliveries, from ASSETS. */
export const assetProjection: Projection = projection({
  name: 'assets',
  stream: 'ASSETS',
  tables: ['asset', 'generation', 'delivery'],
  touches,
  apply(rows, fact) {
    if (AssetPrepared.is(fact)) return prepared(rows, fact);
    if (AssetDeleted.is(fact)) return forget(rows, fact);
    const data = fact.data as Data;
    const asset = rows.get('asset', data.assetId);
    // After a deletion the log may still tell how things ended; the views have forgotten the asset.
    if (asset === undefined || asset.deleted) return;
    if (AssetRegenerateRequested.is(fact)) return asked(rows, asset, fact);
    if (applyDelivery(rows, fact)) return;
    const before = rows.get('generation', data.assetId, numberOf(data));
    if (before === undefined) return;
    if (GenerationCollected.is(fact)) return rows.put('generation', { ...before, collected: true });
    const after = applyToGeneration(before, fact);
    if (after !== before) rows.put('generation', after);
    rows.put('asset', withStatus(evolveAsset(asset, fact, before, after)));
  },
});

function prepared(rows: RowSet, fact: Recorded<FactOf<typeof AssetPrepared>>): void {
  const { data, meta } = fact;
  if (rows.get('asset', data.assetId) !== undefined) return;
  rows.put('generation', newGeneration(fact, data.asked));
  rows.put('asset', {
    id: data.assetId,
    project_id: data.projectId,
    owner_id: data.ownerId,
    src_url: data.src,
    asked: data.asked,
    motion: data.asked.motion ?? data.defaults.motion,
    mode: data.asked.mode ?? data.defaults.mode,
    dur_seconds: data.asked.dur_seconds ?? data.defaults.dur_seconds,
    aspect: data.asked.aspect ?? 'preserve',
    seed: data.asked.seed ?? null,
    status: 'pending',
    waiting: [data.number],
    latest_queued: 0,
    open: [],
    stored: [],
    ready_generation: 0,
    video: null,
    generation_count: 0,
    error: null,
    created_at: meta.ts,
    created_seq: meta.seq,
    deleted: false,
  });
}

function asked(rows: RowSet, asset: AssetRow, fact: Recorded<FactOf<typeof AssetRegenerateRequested>>): void {
  if (rows.get('generation', asset.id, fact.data.number) !== undefined) return;
  rows.put('generation', newGeneration(fact, fact.data.asked));
  rows.put('asset', withStatus({ ...asset, waiting: [...asset.waiting, fact.data.number] }));
}

/**
 * Keeps the name, so that the asset stays gone, and nothing that its owner wrote. Made of this fact alone: a rebuild
 * after the purge finds no other, and has to come to the same row.
 */
function forget(rows: RowSet, { data, meta }: Recorded<FactOf<typeof AssetDeleted>>): void {
  if (rows.get('asset', data.assetId)?.deleted) return;
  rows.sweep(data.assetId);
  rows.put('asset', {
    id: data.assetId,
    project_id: data.projectId,
    owner_id: data.ownerId,
    src_url: '',
    asked: {},
    ...PRODUCT_DEFAULTS,
    aspect: 'preserve',
    seed: null,
    status: 'failed',
    waiting: [],
    latest_queued: 0,
    open: [],
    stored: [],
    ready_generation: 0,
    video: null,
    generation_count: 0,
    error: null,
    created_at: meta.ts,
    created_seq: meta.seq,
    deleted: true,
  });
}

const withStatus = (asset: AssetRow): AssetRow => {
  const undecided = asset.waiting.some((number) => number > asset.latest_queued);
  const inFlight = undecided || asset.open.length > 0 || asset.stored.length > 0;
  return { ...asset, status: inFlight ? 'pending' : asset.video ? 'ready' : 'failed' };
};

function evolveAsset(asset: AssetRow, fact: Recorded, before: GenerationRow, after: GenerationRow): AssetRow {
  const { number } = after;
  const counted = after.accepted && !before.accepted ? accepted(asset) : asset;
  if (generation.GenerationQueued.is(fact)) return queued(counted, fact.data, before);
  if (generation.Mp4Stored.is(fact)) return stored(counted, number);
  if (VideoSwitched.is(fact)) return switched(counted, fact.data);
  if (GenerationReady.is(fact)) return { ...announced(counted, fact.data), error: null };
  if (CachesPurged.is(fact)) {
    // One that is asked for again says nothing about a failure after the announcement.
    return fact.data.announced ? announced(counted, fact.data) : switched(counted, fact.data);
  }
  if (generation.GenerationFailed.is(fact)) {
    return { ...ended(counted, number), error: `${fact.data.code}: ${fact.data.message}` };
  }
  if (generation.GenerationCancelled.is(fact)) return ended(counted, number);
  if (generation.GenerationRefused.is(fact)) {
    // It is no failure, and changes nothing, except that an asset that was never started must say why.
    const started = asset.generation_count > 0 || asset.error !== null;
    const error = started ? asset.error : `${after.error_code}: ${after.error_msg}`;
    return { ...ended(counted, number), error };
  }
  return counted;
}

/** No failure has this code: until something was accepted, it tells of a refusal, and after that of nothing any more. */
const REFUSED: ErrorCode = 'quota_exceeded';

const accepted = (asset: AssetRow): AssetRow => ({
  ...asset,
  generation_count: asset.generation_count + 1,
  error: asset.error?.startsWith(`${REFUSED}: `) ? null : asset.error,
});

const decided = (asset: AssetRow, number: number): AssetRow => ({
  ...asset,
  waiting: asset.waiting.filter((waiting) => waiting !== number),
});

const without = (numbers: readonly number[], gone: number): number[] =>
  numbers.filter((number) => number !== gone);

const ended = (asset: AssetRow, number: number): AssetRow => ({
  ...decided(asset, number),
  open: without(asset.open, number),
  stored: without(asset.stored, number),
});

const stored = (asset: AssetRow, number: number): AssetRow => ({
  ...decided(asset, number),
  open: without(asset.open, number),
  stored: number > asset.ready_generation ? [...without(asset.stored, number), number] : asset.stored,
});

const announcedUpTo = (asset: AssetRow, number: number): AssetRow => {
  const ready_generation = Math.max(asset.ready_generation, number);
  return { ...asset, ready_generation, stored: asset.stored.filter((kept) => kept > ready_generation) };
};

const announced = (asset: AssetRow, video: ServedVideo): AssetRow =>
  ended(announcedUpTo(switched(asset, video), video.generation), video.generation);

/** Announcements come in the order of generations: whatever is stored and older than a served one was announced. */
const switched = (asset: AssetRow, video: ServedVideo): AssetRow => {
  const newer = video.generation > (asset.video?.generation ?? 0);
  return announcedUpTo(newer ? { ...asset, video } : asset, video.generation - 1);
};

function queued(
  asset: AssetRow,
  data: FactOf<typeof generation.GenerationQueued>['data'],
  before: GenerationRow,
): AssetRow {
  const taken = decided(asset, data.generation);
  // A repeated fact does not open again what is stored or over.
  const known = before.status !== 'pending' || before.key !== null;
  const open = known ? taken.open : [...without(taken.open, data.generation), data.generation];
  const next = { ...taken, open };
  if (data.generation <= asset.latest_queued) return next;
  const { motion, mode, dur_seconds, aspect, seed_asked } = data.resolved;
  return {
    ...next,
    motion,
    mode,
    dur_seconds,
    aspect,
    seed: seed_asked,
    latest_queued: data.generation,
  };
}
