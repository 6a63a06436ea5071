import { Controller, Inject } from '@nestjs/common';
import { ProjectDeleted } from '@zoetrope/contracts/facts/tenant';
import { ProjectDue } from '@zoetrope/contracts/messages';
import { FILTERS, PROJECT_ALARMS, projectAlarm, projectSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnDue, OnFact, type Received, type ReceivedAlarm } from '@zoetrope/eventlog/transport';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { CONFIG } from '@zoetrope/platform/config';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import type { GatewayConfig } from '../config.js';
import { type DeletedProject, ProjectRemains } from './project-remains.js';

/** A copy that had not heard of the deletion may have let one more asset be prepared: it is looked for again, ms. */
const LOOK_AGAIN_MS = 60_000;

/** Deletes a deleted project's assets, and after the grace period what its own facts told. */
@Controller()
export class DeleteAssetsWhenProjectDeleted {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly remains: ProjectRemains,
  ) {}

  @OnFact(ProjectDeleted, {
    durable: 'gateway-projects',
    stream: 'TENANTS',
    filter: FILTERS.projects,
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, deleted assets would go on being kept
  })
  async deleted({ fact, signal }: Received<typeof ProjectDeleted>): Promise<Verdict> {
    await this.lookAgain(fact, LOOK_AGAIN_MS);
    await this.remains.forgetSecrets(fact.data.projectId);
    await this.remains.deleteAssets(fact, signal);
    return done; // each asset's deletion is in the log; the alarm looks for late ones
  }

  @OnDue({
    service: 'gateway',
    durable: 'gateway-projects-due',
    names: PROJECT_ALARMS,
    lane: ({ subject }) => subject,
    maxDeliveries: Number.POSITIVE_INFINITY, // as above
  })
  async due({ alarm, signal }: ReceivedAlarm): Promise<Verdict> {
    const due = ProjectDue.safeParse(alarm.data);
    if (!due.success) return park('not a ProjectDue');
    const last = await this.log.last(projectSubject(due.data.projectId));
    if (!last || !ProjectDeleted.is(last)) return done; // purged already
    const late = await this.remains.deleteAssets(last, signal);
    const graceLeft = last.meta.ts + this.config.DELETION_GRACE_SECONDS * 1_000 - this.clock.now();
    if (late > 0 || graceLeft > 0) await this.lookAgain(last, Math.max(LOOK_AGAIN_MS, graceLeft));
    else await this.remains.purge(last);
    return done; // purged, or the alarm is set
  }

  private async lookAgain({ data, meta }: DeletedProject, inMs: number): Promise<void> {
    const due: ProjectDue = { projectId: data.projectId, seq: meta.seq };
    await this.log.alarms.set('gateway', projectAlarm(data.projectId), inMs, due);
  }
}
