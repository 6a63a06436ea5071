import { Inject, Injectable } from '@nestjs/common';
import type { PurgesAnswer, TimelineAnswer, TimelineEvent } from '@zoetrope/contracts/api/timeline';
import { TIMELINE_EVENTS } from '@zoetrope/contracts/api/timeline';
import type { Recorded } from '@zoetrope/contracts/fact';
import { CachesPurged } from '@zoetrope/contracts/facts/video';
import type { AssetId } from '@zoetrope/contracts/ids';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { eventDataOf } from '@zoetrope/domain/event-data';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { z } from 'zod';
import { AssetViews } from '../asset-view/asset-views.js';
import { ApiError } from '../http/api-error.js';

const TOLD = ['generation', 'video', 'delivery'] as const;

/** What the log says of one asset, a generation at a time, so that a read does not grow with the asset's age. */
@Injectable()
export class Timeline {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly views: AssetViews,
  ) {}

  /** @throws ApiError 404 for a generation that was never asked for */
  async of(assetId: AssetId, generation: number): Promise<z.infer<typeof TimelineAnswer>> {
    const row = await this.views.generation(assetId, generation);
    if (!row) throw new ApiError('not_found');
    const subjects = TOLD.map((part) => assetSubject(assetId, part));
    const facts = await this.log.readMerged(subjects, { from: row.request_seq });
    const events = facts.flatMap((fact) => eventOf(fact) ?? []);
    const items = events.filter((event) => event.generation === generation);
    return { generation, items: items.slice(0, TIMELINE_EVENTS) };
  }

  /** How each configured cache took the asset's last purge. */
  async purges(assetId: AssetId): Promise<z.infer<typeof PurgesAnswer>> {
    const subject = assetSubject(assetId, 'video');
    const last = await this.log.last(subject);
    if (!last) return { generation: null, items: [] };
    const from = (last.data as { requestSeq: number }).requestSeq;
    const facts = await this.log.readCurrent(subject, { from });
    const purge = facts.filter((fact) => CachesPurged.is(fact)).at(-1);
    if (!purge) return { generation: null, items: [] };
    const { generation, caches, unconfirmed } = purge.data;
    const items = [...new Set([...caches, ...unconfirmed])].map((cache) => ({
      cache,
      at: purge.meta.ts,
      confirmed: !unconfirmed.includes(cache),
    }));
    return { generation, items };
  }
}

function eventOf(fact: Recorded): TimelineEvent | undefined {
  const told = eventDataOf(fact, 'owner');
  return told && { id: String(fact.meta.seq), event: told.name, ...told.data };
}
