import { Inject, Injectable } from '@nestjs/common';
import { ProjectCachesPurged } from '@zoetrope/contracts/facts/tenant';
import { ProjectId } from '@zoetrope/contracts/ids';
import { endpointSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { CacheAlarms } from './cache-alarms.js';
import { Caches } from './caches.js';

/** Purges everything of a project, and goes on until every cache has confirmed. */
@Injectable()
export class ProjectPurge {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly caches: Caches,
    private readonly alarms: CacheAlarms,
  ) {}

  /** @param seq sequence on TENANTS of the fact that makes it necessary */
  async run(projectId: string, seq: number): Promise<void> {
    const why = await this.log.get('TENANTS', seq);
    if (!why || this.caches.names().length === 0) return;
    const { purged, unconfirmed } = await this.caches.forgetProject(projectId);
    if (unconfirmed.length > 0) await this.alarms.pursueProject(projectId, seq, why.meta.ts);
    const fact = ProjectCachesPurged({
      projectId: ProjectId.parse(projectId),
      caches: [...purged],
      unconfirmed: [...unconfirmed],
    });
    await this.#record(projectId, why.meta.id, fact);
  }

  async #record(projectId: string, causeId: string, fact: ReturnType<typeof ProjectCachesPurged>) {
    const subject = endpointSubject(projectId);
    for (;;) {
      const expect = await this.log.lastSeq(subject);
      const appended = await this.log.append(subject, fact, {
        expect,
        cause: { id: causeId },
        key: String(expect), // purged now and when the overlap ends: each is told
      });
      if (appended.kind === 'appended') return;
    }
  }
}
