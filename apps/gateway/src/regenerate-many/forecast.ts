import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import type { Ledger } from '@zoetrope/domain/ledger';

/** What the project's owner pays for, and what the project allows. */
export interface Terms {
  readonly plan: PlanName;
  readonly overageEnabled: boolean;
  /** Null: the plan's own number. */
  readonly overageCap: number | null;
}

export interface Forecast {
  readonly included: number;
  readonly overage: number;
  /** US cents for `overage`. */
  readonly overage_cents: number;
  readonly refused: number;
}

/** What `count` generations, asked for now, would use of the month, by the rules by which quota decides. */
export function forecast(count: number, ledger: Ledger, terms: Terms): Forecast {
  const { included: limit, overageCents } = PLANS[terms.plan];
  const included = Math.min(count, Math.max(0, limit - ledger.included - ledger.openIncluded));
  const allowed = overageCents !== undefined && terms.overageEnabled;
  const cap = allowed ? (terms.overageCap ?? limit) : 0;
  const overage = Math.min(count - included, Math.max(0, cap - ledger.overage - ledger.openOverage));
  const refused = count - included - overage;
  return { included, overage, overage_cents: overage * (overageCents ?? 0), refused };
}
