import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { type AccountFact, BillingChanged } from '@zoetrope/contracts/facts/tenant';
import type { OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import type { PlanName } from '@zoetrope/contracts/plans';
import { accountSubject, projectSubject } from '@zoetrope/contracts/subjects';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

export interface Billing {
  readonly overageEnabled: boolean;
  readonly overageCap: number | null;
}

/** Plans and billing as the stream leader knows them now, so that an upgrade a moment ago counts. */
@Injectable()
export class Tenants {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** Each account fact carries the plan; an owner without one is as new as can be. */
  async planOf(owner: OwnerId): Promise<PlanName> {
    const fact = (await this.log.last(accountSubject(owner))) as Recorded<AccountFact> | undefined;
    return fact?.data.plan ?? 'free';
  }

  async billingOf(project: ProjectId): Promise<Billing> {
    const facts = await this.log.readCurrent(projectSubject(project));
    const last = facts.findLast((fact) => BillingChanged.is(fact)) as
      | Recorded<ReturnType<typeof BillingChanged>>
      | undefined;
    return { overageEnabled: last?.data.overageEnabled ?? false, overageCap: last?.data.overageCap ?? null };
  }
}
