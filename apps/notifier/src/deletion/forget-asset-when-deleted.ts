import { Controller, Inject } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import { CachesPurged, type VideoFact } from '@zoetrope/contracts/facts/video';
import { GenerationNumber } from '@zoetrope/contracts/ids';
import { assetSubject, FILTERS } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { CacheAlarms } from '../purge/cache-alarms.js';
import { Caches } from '../purge/caches.js';
import { Fence } from '../purge/fence.js';
import type { Purged } from '../purge/purger.js';
import { videoOf } from '../purge/served-video.js';
import { isAnnounced } from '../purge/whats-left.js';

/** Fences and purges a deleted asset: after this no gateway and no cache that confirmed has an answer of it left. */
@Controller()
export class ForgetAssetWhenDeleted {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly fence: Fence,
    private readonly caches: Caches,
    private readonly alarms: CacheAlarms,
  ) {}

  @OnFact(AssetDeleted, {
    stream: 'ASSETS',
    filter: FILTERS.requests,
    durable: 'notifier-deletions',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, caches would go on serving what its owner deleted
  })
  async forget({ fact }: Received<typeof AssetDeleted>): Promise<Verdict> {
    const { assetId, projectId, number } = fact.data;
    // Newer than whatever is served, so that a storable answer on its way has ended before the caches are purged.
    const generation = GenerationNumber.parse(number + 1);
    const fenced = await this.fence.raise({ assetId, generation, seq: fact.meta.seq });
    const purged = await this.caches.forgetAsset(assetId, projectId);
    await this.tell(fact, {
      purged: [...fenced.confirmed, ...purged.purged],
      unconfirmed: [...fenced.unconfirmed, ...purged.unconfirmed],
    });
    return done; // told, and what did not confirm has its alarm
  }

  /** Without a video there is nothing to tell it on: caches had its poster at most. */
  private async tell({ data, meta }: Received<typeof AssetDeleted>['fact'], { purged, unconfirmed }: Purged) {
    const subject = assetSubject(data.assetId, 'video');
    for (;;) {
      const last = (await this.log.last(subject)) as Recorded<VideoFact> | undefined;
      if (!last) return;
      if (unconfirmed.length > 0) await this.alarms.pursueAsset(data.assetId, meta.ts);
      const about = { announced: isAnnounced(last), caches: [...purged], unconfirmed: [...unconfirmed] };
      const fact = CachesPurged({ ...videoOf(last.data), ...about });
      const cause = { id: meta.id, requestId: meta.requestId, traceparent: meta.traceparent };
      const told = await this.log.append(subject, fact, { expect: last.meta.seq, cause });
      if (told.kind === 'appended') return;
    }
  }
}
