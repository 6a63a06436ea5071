import { Inject, Injectable } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { type AccountFact, BillingChanged } from '@zoetrope/contracts/facts/tenant';
import type { OwnerId, ProjectId } from '@zoetrope/contracts/ids';
import type { PlanName } from '@zoetrope/contracts/plans';
import { accountSubject, projectSubject } from '@zoetrope/contracts/subjects';
import { Books } from '@zoetrope/eventlog/books';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

export interface Billing {
  readonly overageEnabled: boolean;
  readonly overageCap: number | null;
}

const noOverage: Billing = { overageEnabled: false, overageCap: null };

const billingAfter = (billing: Billing, fact: Recorded): Billing => {
  if (!BillingChanged.is(fact)) return billing;
  const { overageEnabled, overageCap } = fact.data;
  return { overageEnabled, overageCap };
};

/** Plans and billing as the stream leader knows them now, so that an upgrade a moment ago counts. */
@Injectable()
export class Tenants {
  /** A project's settings so far; what came since is all that is read. */
  private readonly projects: Books<Billing>;

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {
    this.projects = new Books(log, { empty: () => noOverage, evolve: billingAfter }, 10_000);
  }

  /** Each account fact carries the plan; an owner without one is as new as can be. */
  async planOf(owner: OwnerId): Promise<PlanName> {
    const fact = (await this.log.last(accountSubject(owner))) as Recorded<AccountFact> | undefined;
    return fact?.data.plan ?? 'free';
  }

  billingOf(project: ProjectId): Promise<Billing> {
    return this.projects.current(projectSubject(project));
  }
}
