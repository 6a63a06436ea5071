import { z } from 'zod';
import { defineFact, type FactOf } from '../fact.js';
import { AssetId, GenerationNumber, OwnerId, ProjectId, Sha256 } from '../ids.js';
import { LoopMode } from '../parameters.js';
import { ModelName } from '../plans.js';

/** The video itself stands on every fact of the subject, so the last message alone says what is served. */
const served = {
  assetId: AssetId,
  projectId: ProjectId,
  ownerId: OwnerId,
  generation: GenerationNumber,
  requestSeq: z.number().int().min(1),
  key: z.string(),
  sha256: Sha256,
  bytes: z.number().int().min(1),
  durationMs: z.number().int(),
  width: z.number().int(),
  height: z.number().int(),
  loopMode: LoopMode,
  model: ModelName,
  posterKey: z.string(),
  /** When these bytes became the served ones, Unix ms; at least 1000 more than the one before. */
  switchedAt: z.number().int(),
};
export const ServedVideo = z.strictObject(served);
export type ServedVideo = z.infer<typeof ServedVideo>;

/** From this fact on every gateway serves these bytes. Not announced yet. */
export const VideoSwitched = defineFact('VideoSwitched', 1, 'notifier', z.strictObject(served));

/** The caches were asked to forget the older bytes; `unconfirmed` names those that did not say yes. */
export const CachesPurged = defineFact(
  'CachesPurged',
  1,
  'notifier',
  z.strictObject({
    ...served,
    /** The video was announced before: this is a purge that was asked for again, or pursued. */
    announced: z.boolean(),
    caches: z.array(z.string()),
    unconfirmed: z.array(z.string()),
  }),
);

/** The new video is announced. Its generation's `status` is ready from here. */
export const GenerationReady = defineFact(
  'GenerationReady',
  1,
  'notifier',
  z.strictObject({ ...served, unconfirmed: z.array(z.string()) }),
);

export const VIDEO_FACTS = [VideoSwitched, CachesPurged, GenerationReady] as const;
export type VideoFact = FactOf<(typeof VIDEO_FACTS)[number]>;
