import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import {
  type DenialReason,
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  type LedgerFact,
} from '@zoetrope/contracts/facts/ledger';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import { type Decision, nothingNew, record } from './decision.js';

/** One owner's UTC month: what was set aside, charged and given back. */

// --- State ---

type Reserved = FactOf<typeof GenerationReserved>['data'];
type Denied = FactOf<typeof GenerationDenied>['data'];

/** What the ledger says of one command. */
export type Entry =
  | { readonly state: 'reserved'; readonly reservation: Reserved }
  | { readonly state: 'denied'; readonly reason: DenialReason; readonly generation: number }
  | { readonly state: 'charged'; readonly overage: boolean; readonly generation: number }
  | { readonly state: 'released'; readonly generation: number };

export interface Ledger {
  readonly entries: Map<string, Entry>;
  /** Charged within the plan's number. */
  included: number;
  /** Charged beyond it. */
  overage: number;
  /** Open reservations that hold an included slot. */
  openIncluded: number;
  /** Open reservations beyond the plan's number as it looked then. */
  openOverage: number;
}

export const emptyLedger = (): Ledger => ({
  entries: new Map(),
  included: 0,
  overage: 0,
  openIncluded: 0,
  openOverage: 0,
});

// --- Fold ---

const open = (ledger: Ledger, overage: boolean, by: 1 | -1) => {
  if (overage) ledger.openOverage += by;
  else ledger.openIncluded += by;
};

const closed = (ledger: Ledger, commandId: string): boolean => {
  const entry = ledger.entries.get(commandId);
  if (entry?.state !== 'reserved') return false;
  open(ledger, entry.reservation.overage, -1);
  return true;
};

/**
 * Applies one fact and gives the ledger back. It takes the ledger over (the accumulator is changed in place),
 * so that the cost of a fact does not grow with the month.
 */
export const evolve = (ledger: Ledger, fact: Pick<Recorded, 'type' | 'version' | 'data'>): Ledger => {
  if (GenerationReserved.is(fact)) {
    if (ledger.entries.has(fact.data.commandId)) return ledger;
    open(ledger, fact.data.overage, 1);
    ledger.entries.set(fact.data.commandId, { state: 'reserved', reservation: fact.data });
  } else if (GenerationDenied.is(fact)) {
    const { commandId, reason, generation } = fact.data;
    if (!ledger.entries.has(commandId))
      ledger.entries.set(commandId, { state: 'denied', reason, generation });
  } else if (GenerationCharged.is(fact)) {
    const { commandId, overage, generation } = fact.data;
    if (!closed(ledger, commandId)) return ledger;
    if (overage) ledger.overage += 1;
    else ledger.included += 1;
    ledger.entries.set(commandId, { state: 'charged', overage, generation });
  } else if (GenerationReleased.is(fact)) {
    const { commandId, generation } = fact.data;
    if (closed(ledger, commandId)) ledger.entries.set(commandId, { state: 'released', generation });
  }
  return ledger;
};

/** Folds a ledger's facts from its first one. */
export const foldLedger = (facts: readonly Pick<Recorded, 'type' | 'version' | 'data'>[]): Ledger =>
  facts.reduce(evolve, emptyLedger());

// --- Query ---

export interface Usage {
  /** Charged this month, overage included. */
  readonly used: number;
  /** Set aside for generations in flight. */
  readonly reserved: number;
  /** The plan's number. */
  readonly limit: number;
  /** How many of `used` are overage. */
  readonly overage: number;
}

export const usage = (ledger: Ledger, plan: PlanName): Usage => ({
  used: ledger.included + ledger.overage,
  reserved: ledger.openIncluded + ledger.openOverage,
  limit: PLANS[plan].included,
  overage: ledger.overage,
});

// --- Decide ---

export interface ReserveCommand extends Omit<Denied, 'plan' | 'limit' | 'reason'> {
  readonly plan: PlanName;
  readonly overageEnabled: boolean;
  /** Extra generations a month the project allows; null: the plan's own number. */
  readonly overageCap: number | null;
}

/** Why the plan and the project's billing do not allow one more beyond the included ones; undefined when they do. */
const overageDenial = (command: ReserveCommand, ledger: Ledger): DenialReason | undefined => {
  const plan = PLANS[command.plan];
  if (plan.overageCents === undefined) return 'limit';
  if (!command.overageEnabled) return 'overage_disabled';
  const cap = command.overageCap ?? plan.included;
  return ledger.overage + ledger.openOverage < cap ? undefined : 'overage_cap';
};

/** Sets one generation of the month aside, or says why not. A command decided before is decided for ever. */
export const reserve =
  (command: ReserveCommand) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    if (ledger.entries.has(command.commandId)) return nothingNew;
    const { plan: name, overageEnabled, overageCap, ...entry } = command;
    const plan = PLANS[name];
    const overage = ledger.included + ledger.openIncluded >= plan.included;
    const denial = overage ? overageDenial(command, ledger) : undefined;
    const decided = { ...entry, plan: name, limit: plan.included };
    if (denial) return record(GenerationDenied({ ...decided, reason: denial }));
    return record(
      GenerationReserved({ ...decided, model: plan.model, overage, priceCents: plan.overageCents ?? 0 }),
    );
  };

/**
 * Turns a reservation into a charge; an included slot is taken if one is free by now.
 * @param included the plan's number today: an upgrade since the reservation counts
 */
export const charge =
  (commandId: string, included = 0) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    const entry = ledger.entries.get(commandId);
    if (entry?.state !== 'reserved') return nothingNew;
    const { overage: lookedLikeOverage, limit, priceCents, ...rest } = entry.reservation;
    const slotFree = ledger.included + ledger.openIncluded < Math.max(limit, included);
    const overage = lookedLikeOverage && !slotFree;
    const { plan: _plan, model: _model, ...ids } = rest;
    return record(GenerationCharged({ ...ids, overage, priceCents: overage ? priceCents : 0 }));
  };

/** Gives a reservation back. */
export const release =
  (commandId: string, reason: FactOf<typeof GenerationReleased>['data']['reason']) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    const entry = ledger.entries.get(commandId);
    if (entry?.state !== 'reserved') return nothingNew;
    const { overage: _o, limit: _l, priceCents: _p, plan: _plan, model: _m, ...ids } = entry.reservation;
    return record(GenerationReleased({ ...ids, reason }));
  };
