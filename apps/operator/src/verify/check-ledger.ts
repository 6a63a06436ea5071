import type { Tell } from './difference.js';
import { type RawFact, refOf } from './raw-log.js';

/** What became of one command in its month. */
export interface LedgerEntry {
  readonly decided: RawFact;
  readonly settled?: RawFact;
}

const named = ({ data }: RawFact): string => `${data.assetId} generation ${data.generation}`;

/** Counts one owner's month again, fact by fact, in words of its own (PRODUCT 3.2, docs/ledger.md). */
export class LedgerCheck {
  readonly entries = new Map<string, LedgerEntry>();
  /** Commands in flight, and whether they are beyond the plan's number. */
  private readonly open = new Map<string, boolean>();
  private included = 0;
  private overage = 0;

  constructor(
    private readonly subject: string,
    private readonly tell: Tell,
  ) {}

  take(fact: RawFact) {
    switch (fact.type) {
      case 'GenerationReserved':
        return this.reserve(fact);
      case 'GenerationDenied':
        return this.deny(fact);
      case 'GenerationCharged':
        return this.charge(fact);
      case 'GenerationReleased':
        this.settle(fact);
        return;
      default:
        return;
    }
  }

  private say(fact: RawFact, what: string) {
    this.tell({ kind: 'ledger', where: this.subject, what: `${named(fact)} ${what}`, fact: refOf(fact) });
  }

  private held(beyond: boolean): number {
    const open = [...this.open.values()].filter((overage) => overage === beyond).length;
    return open + (beyond ? this.overage : this.included);
  }

  private decide(fact: RawFact) {
    if (this.entries.has(fact.data.commandId)) return this.say(fact, 'is decided a second time');
    this.entries.set(fact.data.commandId, { decided: fact });
  }

  private reserve(fact: RawFact) {
    this.decide(fact);
    const { overage, overageCap = 0, limit, commandId } = fact.data;
    this.open.set(commandId, overage);
    const [held, allowed] = [this.held(overage), overage ? overageCap : limit];
    if (held > allowed)
      this.say(fact, `oversells the month: ${held} of ${allowed}${overage ? ' beyond the plan' : ''}`);
  }

  private deny(fact: RawFact) {
    this.decide(fact);
    if (this.held(false) < fact.data.limit) this.say(fact, 'is denied though there was room');
  }

  /** @returns whether it was reserved beyond the plan's number; undefined where nothing was open */
  private settle(fact: RawFact): boolean | undefined {
    const { commandId } = fact.data;
    const entry = this.entries.get(commandId);
    const beyond = this.open.get(commandId);
    if (beyond === undefined) {
      const before = entry?.settled ? 'a second time' : 'without having been reserved';
      this.say(fact, `is ${fact.type === 'GenerationCharged' ? 'charged' : 'released'} ${before}`);
      return undefined;
    }
    this.open.delete(commandId);
    if (entry) this.entries.set(commandId, { ...entry, settled: fact });
    return beyond;
  }

  private charge(fact: RawFact) {
    const beyond = this.settle(fact);
    if (beyond === undefined) return;
    const { overage, priceCents, limit } = fact.data;
    if (overage) this.overage++;
    else this.included++;
    if (overage !== priceCents > 0)
      this.say(fact, `costs ${priceCents} cents as ${overage ? 'overage' : 'included'}`);
    if (overage && !beyond) this.say(fact, 'was reserved as included and is charged as overage');
    if (!overage && beyond && limit !== undefined && this.held(false) > limit)
      this.say(fact, 'takes an included slot that is not free');
  }
}
