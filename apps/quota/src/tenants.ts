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

/** Each account fact carries the plan; an owner without one is as new as can be. */
const planAfter = (plan: PlanName, fact: Recorded): PlanName =>
  (fact as Recorded<AccountFact>).data.plan ?? plan;

/** Owners and projects kept in memory: a few hundred bytes each. */
const KEPT = 10_000;

/**
 * Plans and billing as the stream leader knows them now, so that an upgrade a moment ago counts. What came since the
 * last look is all that is read, and requests that wait for the same look share it.
 */
@Injectable()
export class Tenants {
  private readonly plans: Books<PlanName>;
  private readonly projects: Books<Billing>;

  constructor(@Inject(EVENT_LOG) log: EventLog) {
    this.plans = new Books<PlanName>(log, { empty: () => 'free', evolve: planAfter }, KEPT);
    this.projects = new Books(log, { empty: () => noOverage, evolve: billingAfter }, KEPT);
  }

  planOf(owner: OwnerId): Promise<PlanName> {
    return this.plans.current(accountSubject(owner));
  }

  billingOf(project: ProjectId): Promise<Billing> {
    return this.projects.current(projectSubject(project));
  }
}
