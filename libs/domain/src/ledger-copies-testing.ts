import type { Fact, FactOf } from '@zoetrope/contracts/fact';
import {
  GenerationCharged,
  GenerationDenied,
  GenerationReleased,
  GenerationReserved,
  QuotaThresholdReached,
} from '@zoetrope/contracts/facts/ledger';
import type { Decision } from './decision.js';
import { emptyLedger, evolve, type Ledger } from './ledger.js';

type Data<T> = FactOf<T>['data'];

/** A ledger's subject: facts are appended only where the writer expected them. */
export class LedgerLog {
  readonly facts: Fact[];

  constructor(facts: readonly Fact[] = []) {
    this.facts = [...facts];
  }

  append(fact: Fact, expect: number): boolean {
    if (this.facts.length !== expect) return false;
    this.facts.push(fact);
    return true;
  }
}

/** One copy of quota: its fold may be behind the log, and others may append between its decision and its append. */
export class Copy {
  ledger: Ledger = emptyLedger();
  private version = 0;

  constructor(private readonly log: LedgerLog) {}

  /** kill -9: what it had folded is gone. */
  die(): void {
    this.ledger = emptyLedger();
    this.version = 0;
  }

  /** Decides until the log holds it; each `yield` lets others run. `lostReply`: the append's answer never comes. */
  *carryOut(decide: (ledger: Ledger) => Decision, lostReply: boolean): Generator<void, void> {
    for (let known = false; ; known = true) {
      const decision = decide(this.ledger);
      if (decision.kind === 'record') {
        const expect = this.version;
        yield;
        const [fact] = decision.facts;
        const stored = fact !== undefined && this.log.append(fact, expect);
        if (stored && lostReply) yield;
      } else if (known) return;
      this.catchUp();
    }
  }

  private catchUp(): void {
    for (const fact of this.log.facts.slice(this.version)) evolve(this.ledger, fact);
    this.version = this.log.facts.length;
  }
}

/**
 * Counts a ledger again, in its own way, and says what breaks a promise at which place: used + reserved over what
 * the fact itself says was allowed, two decisions or two endings of one command, a denial while there was room.
 */
export function violations(facts: readonly Fact[]): string[] {
  const audit = new Audit();
  facts.forEach((fact, at) => {
    audit.take(fact, at);
  });
  return audit.found;
}

class Audit {
  readonly found: string[] = [];
  /** Open reservations, by command: whether beyond the included ones. */
  private readonly open = new Map<string, boolean>();
  private readonly decided = new Set<string>();
  private readonly told = new Set<string>();
  private included = 0;
  private overage = 0;
  private place = '';

  take(fact: Fact, at: number): void {
    this.place = `${at}: ${fact.type}`;
    if (GenerationReserved.is(fact)) this.reserved(fact.data);
    else if (GenerationDenied.is(fact)) this.denied(fact.data);
    else if (GenerationCharged.is(fact)) this.charged(fact.data);
    else if (GenerationReleased.is(fact)) this.ended(fact.data.commandId);
    else if (QuotaThresholdReached.is(fact)) this.threshold(fact.data);
  }

  private say(when: boolean, what: string): void {
    if (when) this.found.push(`${this.place} ${what}`);
  }

  private heldSlots(): number {
    return this.included + [...this.open.values()].filter((overage) => !overage).length;
  }

  private heldOverage(): number {
    return this.overage + [...this.open.values()].filter((overage) => overage).length;
  }

  private decide(commandId: string): void {
    this.say(this.decided.has(commandId), 'decides a command again');
    this.decided.add(commandId);
  }

  private reserved({ commandId, overage, limit, overageCap = 0 }: Data<typeof GenerationReserved>): void {
    this.decide(commandId);
    this.open.set(commandId, overage);
    const [held, allowed] = overage ? [this.heldOverage(), overageCap] : [this.heldSlots(), limit];
    this.say(held > allowed, `oversells: ${held} of ${allowed}`);
  }

  private denied({ commandId, limit }: Data<typeof GenerationDenied>): void {
    this.decide(commandId);
    this.say(this.heldSlots() < limit, 'while there was room');
  }

  /** @returns whether it was reserved beyond the included ones */
  private ended(commandId: string): boolean {
    const overage = this.open.get(commandId);
    this.say(overage === undefined, 'ends what is not open');
    this.open.delete(commandId);
    return overage ?? false;
  }

  private charged({ commandId, overage, priceCents, limit = 0 }: Data<typeof GenerationCharged>): void {
    const reservedAsOverage = this.ended(commandId);
    if (overage) this.overage += 1;
    else this.included += 1;
    this.say(overage && !reservedAsOverage, 'made overage of an included one');
    this.say(reservedAsOverage && !overage && this.heldSlots() > limit, 'takes a slot that is not free');
    this.say(overage !== priceCents > 0, `costs ${priceCents}`);
  }

  private threshold({ limit, percent, used }: Data<typeof QuotaThresholdReached>): void {
    const name = `${limit}:${percent}`;
    this.say(this.told.has(name), 'is said twice');
    this.told.add(name);
    this.say(used !== this.included + this.overage || used * 100 < limit * percent, 'is not so');
  }
}
