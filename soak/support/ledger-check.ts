import type { Fact } from './raw-log.ts';

/** What a ledger comes to, counted from its raw messages with none of our code. */
export interface Tally {
  readonly violations: string[];
  /** `<asset>/<generation>` of each, by what became of it. */
  readonly reserved: ReadonlyMap<string, Fact>;
  readonly denied: readonly Fact[];
  readonly charged: ReadonlyMap<string, Fact>;
  readonly released: ReadonlySet<string>;
  readonly open: readonly string[];
  /** The largest used + reserved that any sequence showed. */
  readonly peak: number;
  readonly used: number;
  readonly overage: number;
  readonly cents: number;
}

export const nameOf = ({ data }: Fact): string => `${data.assetId}/${data.generation}`;

/**
 * Goes through a ledger fact by fact. At none of them may used + reserved be over what the fact itself says was
 * allowed: the plan's number, and beyond it the project's cap. `terms`: what was really allowed at that time.
 */
export class LedgerCheck {
  readonly #violations: string[] = [];
  readonly #reserved = new Map<string, Fact>();
  readonly #commands = new Set<unknown>();
  readonly #denied: Fact[] = [];
  readonly #charged = new Map<string, Fact>();
  readonly #released = new Set<string>();
  readonly #open = new Map<string, boolean>();
  readonly #told = new Set<string>();
  #included = 0;
  #overage = 0;
  #cents = 0;
  #peak = 0;

  static of(facts: readonly Fact[]): Tally {
    const check = new LedgerCheck();
    for (const fact of facts) check.#take(fact);
    return check.#tally();
  }

  #take(fact: Fact): void {
    if (fact.type === 'GenerationReserved') this.#reserve(fact);
    else if (fact.type === 'GenerationDenied') this.#deny(fact);
    else if (fact.type === 'GenerationCharged') this.#charge(fact);
    else if (fact.type === 'GenerationReleased') this.#release(fact);
    else if (fact.type === 'QuotaThresholdReached') this.#threshold(fact);
    else this.#say(fact, 'is no entry of a ledger');
    this.#peak = Math.max(this.#peak, this.#included + this.#overage + this.#open.size);
  }

  #say(fact: Fact, what: string): void {
    this.#violations.push(`${fact.seq} ${fact.type} of ${nameOf(fact)} ${what}`);
  }

  #held(overage: boolean): number {
    const open = [...this.#open.values()].filter((beyond) => beyond === overage).length;
    return open + (overage ? this.#overage : this.#included);
  }

  #decide(fact: Fact): void {
    if (this.#commands.has(fact.data.commandId)) this.#say(fact, 'decides a command again');
    this.#commands.add(fact.data.commandId);
  }

  #reserve(fact: Fact): void {
    this.#decide(fact);
    if (this.#reserved.has(nameOf(fact))) this.#say(fact, 'reserves a generation again');
    this.#reserved.set(nameOf(fact), fact);
    const overage = fact.data.overage === true;
    this.#open.set(nameOf(fact), overage);
    const allowed = Number(overage ? (fact.data.overageCap ?? 0) : fact.data.limit);
    const held = this.#held(overage);
    if (held > allowed)
      this.#say(fact, `oversells: ${held} of ${allowed}${overage ? ' beyond the plan' : ''}`);
  }

  #deny(fact: Fact): void {
    this.#decide(fact);
    this.#denied.push(fact);
    if (this.#held(false) < Number(fact.data.limit)) this.#say(fact, 'though there was room');
  }

  /** @returns whether it was reserved beyond the plan's number */
  #end(fact: Fact): boolean {
    const overage = this.#open.get(nameOf(fact));
    if (overage === undefined) this.#say(fact, 'ends what is not open');
    this.#open.delete(nameOf(fact));
    return overage === true;
  }

  #charge(fact: Fact): void {
    const beyond = this.#end(fact);
    if (this.#charged.has(nameOf(fact))) this.#say(fact, 'charges again');
    this.#charged.set(nameOf(fact), fact);
    const { overage, priceCents, limit } = fact.data;
    if (overage) this.#overage += 1;
    else this.#included += 1;
    this.#cents += Number(priceCents);
    if (overage !== Number(priceCents) > 0) this.#say(fact, `costs ${priceCents}`);
    if (overage && !beyond) this.#say(fact, 'makes overage of an included one');
    if (beyond && !overage && this.#held(false) > Number(limit))
      this.#say(fact, 'takes a slot that is not free');
  }

  #release(fact: Fact): void {
    this.#end(fact);
    this.#released.add(nameOf(fact));
  }

  #threshold(fact: Fact): void {
    const { percent, limit, used } = fact.data;
    const name = `${limit}:${percent}`;
    if (this.#told.has(name)) this.#say(fact, 'is said again');
    this.#told.add(name);
    if (used !== this.#included + this.#overage) this.#say(fact, `says ${used} used`);
    if (Number(used) * 100 < Number(limit) * Number(percent)) this.#say(fact, 'is not reached');
  }

  #tally(): Tally {
    return {
      violations: this.#violations,
      reserved: this.#reserved,
      denied: this.#denied,
      charged: this.#charged,
      released: this.#released,
      open: [...this.#open.keys()],
      peak: this.#peak,
      used: this.#included + this.#overage,
      overage: this.#overage,
      cents: this.#cents,
    };
  }
}
