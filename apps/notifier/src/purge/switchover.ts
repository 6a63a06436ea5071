import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import {
  CachesPurged,
  GenerationReady,
  type ServedVideo,
  type VideoFact,
  VideoSwitched,
} from '@zoetrope/contracts/facts/video';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { Cause, EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { TIMINGS, type Timings } from '../config.js';
import { CacheAlarms } from './cache-alarms.js';
import { Caches } from './caches.js';
import { Fence, type Fenced } from './fence.js';
import { videoOf } from './served-video.js';
import { ViewsPosition } from './views-position.js';
import { isAnnounced, type Stored, whatsLeft } from './whats-left.js';

/** A fact of `.video` as the next append has to know it. */
interface Standing {
  readonly seq: number;
  readonly video: ServedVideo;
  readonly cause: Cause;
}

/** Fence, switch, purge, announce (ARCHITECTURE step 5). Every step may run twice; the log says which are left. */
@Injectable()
export class Switchover {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TIMINGS) private readonly timings: Timings,
    private readonly caches: Caches,
    private readonly alarms: CacheAlarms,
    private readonly fence: Fence,
    private readonly views: ViewsPosition,
  ) {}

  /** Serves and announces whatever is stored of the asset, up to that generation. */
  async bringUpTo(assetId: string, generation: number): Promise<void> {
    for (;;) {
      const last = await this.#lastVideo(assetId);
      // What this was called for is announced: nothing is read that is not needed.
      if (last && last.data.generation >= generation && isAnnounced(last)) return;
      const from = last?.data.requestSeq ?? 1;
      const pipeline = await this.log.readCurrent(assetSubject(assetId, 'generation'), { from });
      const left = whatsLeft(last, pipeline, generation);
      if (left.kind === 'nothing-left' || (await this.#isDeleted(assetId))) return;
      if (left.kind === 'announce') await this.#announce(left.last);
      else await this.#switch(left.stored, last);
    }
  }

  async #lastVideo(assetId: string) {
    return (await this.log.last(assetSubject(assetId, 'video'))) as Recorded<VideoFact> | undefined;
  }

  /** Nothing is asked after a delete, so it is the last word. */
  async #isDeleted(assetId: string): Promise<boolean> {
    const last = await this.log.last(assetSubject(assetId, 'request'));
    return last !== undefined && AssetDeleted.is(last);
  }

  async #switch(stored: Stored, last: Recorded<VideoFact> | undefined): Promise<void> {
    const fenced = await this.#raiseFence(stored.data);
    // The fence takes up to 12 s; nothing of a deleted asset is served or announced.
    if (await this.#isDeleted(stored.data.assetId)) return;
    // Last-Modified counts whole seconds and has to grow with every video.
    const switchedAt = Math.max(this.clock.now(), (last?.data.switchedAt ?? 0) + 1_000);
    const video = videoOf({ ...stored.data, switchedAt });
    const cause = causeOf(stored);
    const switched = await this.log.append(assetSubject(video.assetId, 'video'), VideoSwitched(video), {
      expect: last?.meta.seq ?? 0,
      cause,
    });
    // Another copy was faster: what is left is read again.
    if (switched.kind === 'conflict' || switched.already) return;
    const standing = { seq: switched.seq, video, cause: { ...cause, id: switched.id } };
    await this.#purge(standing, fenced);
  }

  /** Goes on where somebody stopped after the switch. */
  async #announce(last: Recorded<VideoFact>): Promise<void> {
    const standing = { seq: last.meta.seq, video: videoOf(last.data), cause: causeOf(last) };
    if (CachesPurged.is(last)) return this.#ready(standing, last.data.unconfirmed);
    // Who confirmed is not in the log; they are asked again, which changes nothing.
    await this.#purge(standing, await this.#raiseFence(last.data));
  }

  async #purge({ seq, video, cause }: Standing, fenced: Fenced): Promise<void> {
    const { assetId, projectId } = video;
    const [caches, inViews] = await Promise.all([
      this.caches.forgetAsset(assetId, projectId),
      this.views.waitFor(seq, this.timings.purgeMs),
    ]);
    const unconfirmed = [...fenced.unconfirmed, ...caches.unconfirmed, ...(inViews ? [] : ['views'])];
    const purgedCaches = [...fenced.confirmed, ...caches.purged];
    const fact = CachesPurged({ ...video, announced: false, caches: purgedCaches, unconfirmed });
    const purged = await this.log.append(assetSubject(assetId, 'video'), fact, { expect: seq, cause });
    if (purged.kind === 'conflict' || purged.already) return;
    await this.#ready({ seq: purged.seq, video, cause: { ...cause, id: purged.id } }, unconfirmed);
  }

  async #ready({ seq, video, cause }: Standing, unconfirmed: string[]): Promise<void> {
    if (unconfirmed.length > 0) await this.alarms.pursueAsset(video.assetId, video.switchedAt);
    const fact = GenerationReady({ ...video, unconfirmed });
    // A conflict is found out by the next look at what is left.
    await this.log.append(assetSubject(video.assetId, 'video'), fact, { expect: seq, cause });
  }

  #raiseFence({
    assetId,
    generation,
    requestSeq,
  }: Pick<ServedVideo, 'assetId' | 'generation' | 'requestSeq'>) {
    return this.fence.raise({ assetId, generation, seq: requestSeq });
  }
}

const causeOf = ({ meta }: Recorded): Cause => ({
  id: meta.id,
  requestId: meta.requestId,
  traceparent: meta.traceparent,
});
