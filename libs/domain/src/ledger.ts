import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import {
  type DenialReason,
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  type LedgerFact,
  QuotaThresholdReached,
} from '@zoetrope/contracts/facts/ledger';
import { PLANS, type PlanName } from '@zoetrope/contracts/plans';
import { type Decision, nothingNew, record } from './decision.js';

/** One owner's UTC month: what was set aside, charged and given back. */

// --- State ---

export type Reservation = FactOf<typeof GenerationReserved>['data'];
type Denied = FactOf<typeof GenerationDenied>['data'];
type Threshold = FactOf<typeof QuotaThresholdReached>['data'];

/** What a command came to; it never changes again. */
export type Settled =
  | { readonly state: 'denied'; readonly reason: DenialReason; readonly generation: number }
  | { readonly state: 'charged'; readonly overage: boolean; readonly generation: number }
  | { readonly state: 'released'; readonly generation: number };

/** What the ledger says of one command. */
export type Entry = { readonly state: 'reserved'; readonly generation: number } | Settled;

export interface Ledger {
  /** Reservations in flight, by command. */
  readonly open: Map<string, Reservation>;
  /** Every other command, in the order of the log. */
  readonly settled: Map<string, Settled>;
  /** Charged within the plan's number. */
  included: number;
  /** Charged beyond it. */
  overage: number;
  /** Open reservations that hold an included slot. */
  openIncluded: number;
  /** Open reservations beyond the plan's number as it looked then. */
  openOverage: number;
  /** Thresholds that were said, each with the plan's number it was one of. */
  readonly told: Set<string>;
}

export const emptyLedger = (): Ledger => ({
  open: new Map(),
  settled: new Map(),
  included: 0,
  overage: 0,
  openIncluded: 0,
  openOverage: 0,
  told: new Set(),
});

export const entryOf = (ledger: Ledger, commandId: string): Entry | undefined => {
  const reservation = ledger.open.get(commandId);
  if (reservation) return { state: 'reserved', generation: reservation.generation };
  return ledger.settled.get(commandId);
};

const isKnown = (ledger: Ledger, commandId: string): boolean =>
  ledger.open.has(commandId) || ledger.settled.has(commandId);

// --- Fold ---

const count = (ledger: Ledger, overage: boolean, by: 1 | -1) => {
  if (overage) ledger.openOverage += by;
  else ledger.openIncluded += by;
};

const settle = (ledger: Ledger, commandId: string, settled: Settled): void => {
  const reservation = ledger.open.get(commandId);
  if (!reservation) return;
  count(ledger, reservation.overage, -1);
  ledger.open.delete(commandId);
  ledger.settled.set(commandId, settled);
  if (settled.state !== 'charged') return;
  if (settled.overage) ledger.overage += 1;
  else ledger.included += 1;
};

const thresholdName = ({ limit, percent }: Pick<Threshold, 'limit' | 'percent'>) => `${limit}:${percent}`;

/**
 * Applies one fact and gives the ledger back. It takes the ledger over (the accumulator is changed in place),
 * so that the cost of a fact does not grow with the month.
 */
export const evolve = (ledger: Ledger, fact: Pick<Recorded, 'type' | 'version' | 'data'>): Ledger => {
  if (GenerationReserved.is(fact)) {
    if (isKnown(ledger, fact.data.commandId)) return ledger;
    count(ledger, fact.data.overage, 1);
    ledger.open.set(fact.data.commandId, fact.data);
  } else if (GenerationDenied.is(fact)) {
    const { commandId, reason, generation } = fact.data;
    if (!isKnown(ledger, commandId)) ledger.settled.set(commandId, { state: 'denied', reason, generation });
  } else if (GenerationCharged.is(fact)) {
    const { commandId, overage, generation } = fact.data;
    settle(ledger, commandId, { state: 'charged', overage, generation });
  } else if (GenerationReleased.is(fact)) {
    const { commandId, generation } = fact.data;
    settle(ledger, commandId, { state: 'released', generation });
  } else if (QuotaThresholdReached.is(fact)) {
    ledger.told.add(thresholdName(fact.data));
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
const overageDenial = (command: ReserveCommand, cap: number, ledger: Ledger): DenialReason | undefined => {
  if (PLANS[command.plan].overageCents === undefined) return 'limit';
  if (!command.overageEnabled) return 'overage_disabled';
  return ledger.overage + ledger.openOverage < cap ? undefined : 'overage_cap';
};

/** Sets one generation of the month aside, or says why not. A command decided before is decided for ever. */
export const reserve =
  (command: ReserveCommand) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    if (isKnown(ledger, command.commandId)) return nothingNew;
    const { plan: name, overageEnabled: _enabled, overageCap, ...entry } = command;
    const { included: limit, model, overageCents: priceCents = 0 } = PLANS[name];
    const overage = ledger.included + ledger.openIncluded >= limit;
    const cap = overageCap ?? limit;
    const reason = overage ? overageDenial(command, cap, ledger) : undefined;
    const decided = { ...entry, plan: name, limit };
    if (reason) return record(GenerationDenied({ ...decided, reason }));
    const beyond = overage ? { overageCap: cap } : {};
    return record(GenerationReserved({ ...decided, model, overage, priceCents, ...beyond }));
  };

/** An entry's ids, without what was decided of it. */
const idsOf = ({ commandId, assetId, projectId, generation, requestSeq }: Reservation) => ({
  commandId,
  assetId,
  projectId,
  generation,
  requestSeq,
});

/**
 * Turns a reservation into a charge, at the price it was accepted for; an included slot is taken if one is free now.
 * @param plan the owner's plan today: its number says how many slots there are
 */
export const charge =
  (commandId: string, plan: PlanName) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    const reservation = ledger.open.get(commandId);
    if (!reservation) return nothingNew;
    const limit = PLANS[plan].included;
    const slotFree = ledger.included + ledger.openIncluded < limit;
    const overage = reservation.overage && !slotFree;
    const priceCents = overage ? reservation.priceCents : 0;
    return record(GenerationCharged({ ...idsOf(reservation), overage, priceCents, limit }));
  };

/** Gives a reservation back. */
export const release =
  (commandId: string, reason: FactOf<typeof GenerationReleased>['data']['reason']) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    const reservation = ledger.open.get(commandId);
    if (!reservation) return nothingNew;
    return record(GenerationReleased({ ...idsOf(reservation), reason }));
  };

const PERCENTS = [80, 100] as const;

/**
 * Says that the month has reached 80 or 100 % of the plan's number: what is charged, since a reservation may still be
 * given back. One at a time, the lower first. Asked again after every charge, so one that was not said (the process
 * died after the charge) is said with the repeat.
 * @param entry the generation whose charge may have done it
 */
export const announceThreshold =
  (entry: Omit<Threshold, 'plan' | 'limit' | 'percent' | 'used' | 'overage'>, plan: PlanName) =>
  (ledger: Ledger): Decision<LedgerFact> => {
    if (ledger.settled.get(entry.commandId)?.state !== 'charged') return nothingNew;
    const { used, limit, overage } = usage(ledger, plan);
    const percent = PERCENTS.find(
      (step) => used * 100 >= limit * step && !ledger.told.has(thresholdName({ limit, percent: step })),
    );
    if (percent === undefined) return nothingNew;
    return record(QuotaThresholdReached({ ...entry, plan, limit, percent, used, overage }));
  };

// --- Trying out ---

/**
 * Applies a fact that is not in the log yet, so that the next decision of the same append may build on it.
 * @returns takes it back; several are taken back in the opposite order
 */
export const tryOut = (ledger: Ledger, fact: LedgerFact): (() => void) => {
  const { commandId } = fact.data;
  const { included, overage, openIncluded, openOverage } = ledger;
  const reservation = ledger.open.get(commandId);
  const wasSettled = ledger.settled.has(commandId);
  const told = QuotaThresholdReached.is(fact) ? thresholdName(fact.data) : '';
  const wasTold = ledger.told.has(told);
  evolve(ledger, fact);
  return () => {
    Object.assign(ledger, { included, overage, openIncluded, openOverage });
    if (reservation) ledger.open.set(commandId, reservation);
    else ledger.open.delete(commandId);
    if (!wasSettled) ledger.settled.delete(commandId);
    if (!wasTold) ledger.told.delete(told);
  };
};
