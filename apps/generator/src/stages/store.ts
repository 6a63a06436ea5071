import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Mp4Stored } from '@zoetrope/contracts/facts/generation';
import type { Generation } from '@zoetrope/domain/generation';
import { checkOutput } from '@zoetrope/media/check';
import { posterFrom } from '@zoetrope/media/image';
import type { VideoFacts } from '@zoetrope/media/probe';
import { ObjectStoreError } from '@zoetrope/objects/errors';
import { posterKey, videoKey } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import type { MakeFact } from '../generations.js';
import { OBJECTS, readObject } from '../objects.js';
import { KnownVideos, publishable } from './known-videos.js';
import { asStageError, refused } from './stage-error.js';
import { loopModeOf } from './stitch.js';

const POSTER_MAX_SIDE = 1280;

/** Verifies the finished video and puts it and its poster under their immutable keys. */
@Injectable()
export class StoreStage {
  constructor(
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly known: KnownVideos,
  ) {}

  /** @throws StageError r2_write_failed; merge_failed for a video that breaks the promises of its format */
  async run(state: Generation): Promise<MakeFact> {
    try {
      return await this.store(state);
    } catch (error) {
      throw asStageError(error, 'r2_write_failed', !isLasting(error));
    }
  }

  private async store(state: Generation): Promise<MakeFact> {
    const from = this.clock.now();
    const { queued, attempts } = state;
    const merged = attempts.merge?.output;
    if (!queued || !merged) throw new Error('storing needs a merged video');
    const bytes = await readObject(this.objects, merged.key);
    const promisedMs = queued.resolved.dur_seconds * 1000;
    // The put below refuses bytes of another hash, so what was checked under this one is what is stored.
    const checked = this.known.find(merged.sha256, publishable(promisedMs));
    const video = checked ?? (await verified(bytes, promisedMs));
    const key = videoKey(queued.assetId, state.number, merged.sha256);
    const options = { contentType: 'video/mp4', sha256: merged.sha256 };
    const [stored, poster] = await Promise.all([this.objects.put(key, bytes, options), this.poster(state)]);
    const { durationMs, width, height } = video;
    const latencyMs = Math.max(0, this.clock.now() - from);
    const described = { durationMs, width, height, loopMode: loopModeOf(state), model: queued.model };
    return (base) => Mp4Stored({ ...base, ...stored, ...described, posterKey: poster, latencyMs });
  }

  private async poster({ queued, source }: Generation): Promise<string> {
    if (!queued || !source) throw new Error('a poster needs a source');
    const { aspect } = queued.resolved;
    const bytes = await posterFrom(await readObject(this.objects, source.key), {
      aspect,
      maxSide: POSTER_MAX_SIDE,
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = posterKey(queued.assetId, sha256);
    await this.objects.put(key, bytes, { contentType: 'image/jpeg', sha256 });
    return key;
  }
}

/** The key holds other bytes, or the bytes are not what they were: another attempt finds the same. */
const isLasting = (error: unknown): boolean =>
  error instanceof ObjectStoreError && error.code !== 'unavailable';

/** PRODUCT 5. The same clips give the same bytes, so another attempt would end here as well. */
async function verified(bytes: Uint8Array, durationMs: number): Promise<VideoFacts> {
  try {
    return await checkOutput(bytes, { webReady: true, durationMs });
  } catch (error) {
    throw refused(error, 'merge_failed', false);
  }
}
