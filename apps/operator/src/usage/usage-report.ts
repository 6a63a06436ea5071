import type { Recorded } from '@zoetrope/contracts/fact';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  QuotaThresholdReached,
} from '@zoetrope/contracts/facts/ledger';
import { type OwnerId, type Period, periodEnd } from '@zoetrope/contracts/ids';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import { foldLedger, usage } from '@zoetrope/domain/ledger';

/** What became of one generation's place in the month. Times are Unix ms, prices US cents. */
export interface UsageEntry {
  readonly asked_at: number;
  readonly asset_id: string;
  readonly project_id: string;
  readonly generation: number;
  /** `reserved`: still in flight; `released` and `denied` cost nothing. */
  readonly outcome: 'reserved' | 'included' | 'overage' | 'released' | 'denied';
  /** Why it was denied or given back. */
  readonly reason?: string;
  /** When it was charged or given back. */
  readonly settled_at?: number;
  readonly price_cents: number;
  /** Sequences on QUOTA of the facts that say so. */
  readonly sequences: readonly number[];
}

export interface UsageReport {
  readonly owner_id: OwnerId;
  readonly period: Period;
  readonly resets_at: number;
  /** The owner's plan now. */
  readonly plan: PlanName;
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  readonly overage: number;
  /** What the month's overage comes to. */
  readonly total_cents: number;
  readonly thresholds: readonly { percent: number; limit: number; reached_at: number }[];
  /** In the order they were decided. */
  readonly entries: readonly UsageEntry[];
}

/** Explains a month from its ledger's facts: each entry, and the sums of them. */
export function usageReport(
  owner: { ownerId: OwnerId; period: Period; plan: PlanName },
  facts: readonly Recorded[],
): UsageReport {
  const entries = new Map<string, UsageEntry>();
  for (const fact of facts) addTo(entries, fact);
  const all = [...entries.values()];
  return {
    owner_id: owner.ownerId,
    period: owner.period,
    resets_at: periodEnd(owner.period),
    plan: owner.plan,
    ...usage(foldLedger(facts), owner.plan),
    total_cents: all.reduce((sum, entry) => sum + entry.price_cents, 0),
    thresholds: facts.flatMap((fact) =>
      QuotaThresholdReached.is(fact)
        ? [{ percent: fact.data.percent, limit: fact.data.limit, reached_at: fact.meta.ts }]
        : [],
    ),
    entries: all,
  };
}

function addTo(entries: Map<string, UsageEntry>, fact: Recorded): void {
  const decided = GenerationReserved.is(fact) || GenerationDenied.is(fact);
  if (decided && !entries.has(fact.data.commandId)) entries.set(fact.data.commandId, opened(fact));
  if (!GenerationCharged.is(fact) && !GenerationReleased.is(fact)) return;
  const entry = entries.get(fact.data.commandId);
  if (entry?.outcome !== 'reserved') return;
  const settled = { settled_at: fact.meta.ts, sequences: [...entry.sequences, fact.meta.seq] };
  const ending = GenerationCharged.is(fact)
    ? {
        outcome: fact.data.overage ? ('overage' as const) : ('included' as const),
        price_cents: fact.data.priceCents,
      }
    : { outcome: 'released' as const, reason: (fact.data as { reason: string }).reason };
  entries.set(fact.data.commandId, { ...entry, ...settled, ...ending });
}

function opened(fact: Recorded): UsageEntry {
  const { assetId, projectId, generation } = fact.data as ReturnType<typeof GenerationReserved>['data'];
  const base = {
    asked_at: fact.meta.ts,
    asset_id: assetId,
    project_id: projectId,
    generation,
    price_cents: 0,
    sequences: [fact.meta.seq],
  };
  if (!GenerationDenied.is(fact)) return { ...base, outcome: 'reserved' };
  return { ...base, outcome: 'denied', reason: fact.data.reason };
}

/** What one generation beyond the plan's number costs, for a heading. */
export const overagePrice = (plan: PlanName): string => {
  const { overageCents } = PLANS[plan];
  return overageCents === undefined
    ? 'no overage'
    : `then ${dollars(overageCents)} each where a project allows it`;
};

export const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;
