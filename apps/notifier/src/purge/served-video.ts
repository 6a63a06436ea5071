import type { ServedVideo } from '@zoetrope/contracts/facts/video';

/** The members that stand on every fact of `.video`; the schema is strict, so no other may be passed on. */
export const videoOf = (from: ServedVideo): ServedVideo => ({
  assetId: from.assetId,
  projectId: from.projectId,
  ownerId: from.ownerId,
  generation: from.generation,
  requestSeq: from.requestSeq,
  key: from.key,
  sha256: from.sha256,
  bytes: from.bytes,
  durationMs: from.durationMs,
  width: from.width,
  height: from.height,
  loopMode: from.loopMode,
  model: from.model,
  posterKey: from.posterKey,
  switchedAt: from.switchedAt,
});
