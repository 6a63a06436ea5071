import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { CachesPurged, type VideoFact } from '@zoetrope/contracts/facts/video';
import type { PurgeDue } from '@zoetrope/contracts/messages';
import { assetSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { TIMINGS, type Timings } from '../config.js';
import { CacheAlarms } from './cache-alarms.js';
import { Caches } from './caches.js';
import { Fence } from './fence.js';
import type { Purged } from './purger.js';
import { videoOf } from './served-video.js';
import { ViewsPosition } from './views-position.js';
import { isAnnounced } from './whats-left.js';

type Again = Extract<PurgeDue, { kind: 'again' | 'pursue' }>;

/** Purges that come after the announcement: asked for by somebody, or pursued until every cache has confirmed. */
@Injectable()
export class PurgeAgain {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(TIMINGS) private readonly timings: Timings,
    private readonly caches: Caches,
    private readonly alarms: CacheAlarms,
    private readonly fence: Fence,
    private readonly views: ViewsPosition,
  ) {}

  /** @throws LogUnavailable */
  async run(due: Again): Promise<void> {
    for (;;) {
      const subject = assetSubject(due.assetId, 'video');
      const last = (await this.log.last(subject)) as Recorded<VideoFact> | undefined;
      // Posters may be cached before there is a video to tell of.
      if (!last) return due.kind === 'again' ? void (await this.#forgetPosters(due)) : undefined;
      if (!isAnnounced(last)) return; // its own purge is under way, and names who does not confirm
      const before = unconfirmedOf(last);
      if (due.kind === 'pursue' && before.length === 0) return;
      const { purged, unconfirmed } = await this.#purge(last, due.kind === 'again' ? undefined : before);
      if (unconfirmed.length > 0) await this.alarms.pursueAsset(due.assetId, last.data.switchedAt);
      if (due.kind === 'pursue' && unconfirmed.length === before.length) return;
      const fact = CachesPurged({
        ...videoOf(last.data),
        announced: true,
        caches: [...purged],
        unconfirmed: [...unconfirmed],
      });
      // One purge for each call, however often its message comes; a pursuit has one for each step it gets ahead.
      const cause = due.kind === 'again' ? { id: due.commandId } : { id: last.meta.id };
      const appended = await this.log.append(subject, fact, { expect: last.meta.seq, cause });
      if (appended.kind === 'appended') return;
    }
  }

  async #forgetPosters(due: Extract<Again, { kind: 'again' }>): Promise<void> {
    await this.caches.forgetAsset(due.assetId, due.projectId);
  }

  /** @param only names that did not confirm before; undefined: every cache */
  async #purge(last: Recorded<VideoFact>, only: readonly string[] | undefined): Promise<Purged> {
    const { assetId, projectId, generation, requestSeq } = last.data;
    const [caches, fenced, inViews] = await Promise.all([
      this.caches.forgetAsset(assetId, projectId, only),
      this.#asksGateways(only) ? this.fence.raise({ assetId, generation, seq: requestSeq }) : nobody,
      only?.includes('views') ? this.views.waitFor(last.meta.seq, this.timings.purgeMs) : true,
    ]);
    const unconfirmed = [...caches.unconfirmed, ...fenced.unconfirmed, ...(inViews ? [] : ['views'])];
    return {
      purged: [
        ...caches.purged,
        ...fenced.confirmed,
        ...(inViews && only?.includes('views') ? ['views'] : []),
      ],
      unconfirmed: only ? unconfirmed.filter((name) => only.includes(name)) : unconfirmed,
    };
  }

  #asksGateways(only: readonly string[] | undefined): boolean {
    return only?.some((name) => name.startsWith('gateway.')) ?? true;
  }
}

const nobody = { confirmed: [], unconfirmed: [] } as const;

const unconfirmedOf = (last: Recorded<VideoFact>): readonly string[] =>
  'unconfirmed' in last.data ? last.data.unconfirmed : [];
