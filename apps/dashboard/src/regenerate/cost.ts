import { PLANS } from '@zoetrope/contracts/plan-table';
import type { Me, Project } from '../api/types.js';

/** What some generations would take of the month. */
export interface Cost {
  readonly included: number;
  readonly overage: number;
  readonly cents: number;
  /** Of those asked, as many would be refused. */
  readonly refused: number;
  /** Included ones left afterwards. */
  readonly left: number;
  /** Why some would be refused. */
  readonly why?: 'free' | 'overage_disabled' | 'overage_cap';
}

type Billing = Pick<Project, 'overage_enabled' | 'overage_cap'>;

/**
 * What `count` more generations cost, by the rules of PRODUCT 5 and 2; the ledger decides, this only tells beforehand.
 * @param project whose toggle and cap count; undefined while it is not known
 */
export function costOf(
  { plan, generations }: Pick<Me, 'plan' | 'generations'>,
  project: Billing | undefined,
  count: number,
): Cost {
  const { limit, used, reserved, overage: over } = generations;
  const { overageCents } = PLANS[plan];
  const room = Math.max(0, limit - (used + reserved - over));
  const included = Math.min(count, room);
  const beyond = count - included;
  const cap = project?.overage_enabled && overageCents !== undefined ? (project.overage_cap ?? limit) : 0;
  const overage = Math.min(beyond, Math.max(0, cap - over));
  const refused = beyond - overage;
  const why =
    overageCents === undefined ? 'free' : project?.overage_enabled ? 'overage_cap' : 'overage_disabled';
  return {
    included,
    overage,
    cents: overage * (overageCents ?? 0),
    refused,
    left: room - included,
    ...(refused > 0 && { why }),
  };
}
