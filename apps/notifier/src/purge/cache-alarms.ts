import { Inject, Injectable } from '@nestjs/common';
import { PurgeDue } from '@zoetrope/contracts/messages';
import { purgeAlarm } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

const FIRST_MS = 5_000;
const LONGEST_MS = 600_000;

/** Alarms about caches that did not confirm a purge, one an asset and one a project. */
@Injectable()
export class CacheAlarms {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @param since when the purge was first asked for, Unix ms: waits about as long again as that is ago */
  pursueAsset(assetId: string, since: number): Promise<void> {
    return this.#set(purgeAlarm(assetId), this.#next(since), { kind: 'pursue', assetId });
  }

  /** As above, about the fact of that sequence on TENANTS. */
  pursueProject(projectId: string, seq: number, since: number): Promise<void> {
    return this.purgeProjectAt(projectId, seq, this.#next(since));
  }

  /** @param at Unix ms */
  purgeProjectAt(projectId: string, seq: number, at: number): Promise<void> {
    return this.#set(`purge-project.${projectId}.${seq}.${at}`, at, { kind: 'project', projectId, seq });
  }

  async #set(name: string, at: number, due: unknown): Promise<void> {
    await this.log.alarms.set('notifier', name, new Date(at), PurgeDue.parse(due));
  }

  #next(since: number): number {
    const now = this.clock.now();
    return now + Math.min(LONGEST_MS, Math.max(FIRST_MS, now - since));
  }
}
