import { describe, expect, it } from '@jest/globals';
import { GenerationDenied, GenerationReserved, type LedgerFact } from '@zoetrope/contracts/facts/ledger';
import type { PlanName } from '@zoetrope/contracts/plans';
import fc from 'fast-check';
import { announceThreshold, charge, entryOf, foldLedger, release, reserve, tryOut } from './ledger.js';
import { Copy, LedgerLog, violations } from './ledger-copies-testing.js';

/**
 * G2 as a property: three copies of quota on one ledger, interleaved in any way between decision and append, with lost
 * replies, redeliveries, deaths, plan changes in both directions, toggles and caps. Not real: the broker, which is a
 * list that takes a fact only where its writer expected it (soak/g2 has the real one).
 */
const ids = (n: number, project: number) => ({
  commandId: `cmd_${n.toString(16).padStart(32, '0')}` as never,
  assetId: 'ab'.repeat(16) as never,
  projectId: `prj_${String(project).padStart(20, '0')}` as never,
  generation: n + 1,
  requestSeq: n + 1,
});
const commandIdOf = (n: number) => ids(n, 0).commandId as string;

const n = fc.integer({ min: 0, max: 30 });
const copy = fc.integer({ min: 0, max: 2 });
const project = fc.integer({ min: 0, max: 1 });
const lostReply = fc.boolean();
const event = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), n, copy, lostReply }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      how: fc.constantFrom('charged' as const, 'charged' as const, 'released' as const),
      n,
      copy,
      lostReply,
    }),
  },
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('step' as const), which: fc.nat({ max: 50 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), copy }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('plan' as const),
      plan: fc.constantFrom<PlanName>('free', 'pro', 'team'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('billing' as const),
      project,
      overageEnabled: fc.boolean(),
      overageCap: fc.constantFrom(null, 0, 1, 3),
    }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** A month in which that many are charged before the events begin. */
function chargedBefore(used: number): LedgerLog {
  const log = new LedgerLog();
  const before = new Copy(log);
  for (let i = 0; i < used; i++) {
    const terms = { plan: 'team' as const, overageEnabled: false, overageCap: null };
    const id = ids(1_000 + i, 0);
    for (const decide of [reserve({ ...id, ...terms }), charge(id.commandId, 'team')])
      for (const _ of before.carryOut(decide, false));
  }
  return log;
}

class World {
  private plan: PlanName = 'free';
  private readonly billing = [0, 1].map(() => ({ overageEnabled: false, overageCap: null as number | null }));
  private readonly copies: Copy[];
  private running: { copy: Copy; work: Generator<void, void> }[] = [];
  readonly answers: { n: number; said: unknown }[] = [];

  constructor(readonly log: LedgerLog) {
    this.copies = [0, 1, 2].map(() => new Copy(log));
  }

  happen(event: Event): void {
    if (event.kind === 'plan') this.plan = event.plan;
    else if (event.kind === 'billing') this.billing[event.project] = event;
    else if (event.kind === 'step') this.step(event.which);
    else if (event.kind === 'die') this.die(this.copies[event.copy] as Copy);
    else this.begin(event);
  }

  finish(): void {
    while (this.running.length > 0) this.step(0);
  }

  private begin(event: Extract<Event, { kind: 'ask' | 'end' }>): void {
    const copy = this.copies[event.copy] as Copy;
    const work = event.kind === 'ask' ? this.ask(copy, event) : this.end(copy, event);
    this.running.push({ copy, work });
  }

  private *ask(copy: Copy, { n, lostReply }: { n: number; lostReply: boolean }): Generator<void, void> {
    const terms = { plan: this.plan, ...(this.billing[n % 2] as (typeof this.billing)[number]) };
    const { overageEnabled, overageCap, plan } = terms;
    yield* copy.carryOut(reserve({ ...ids(n, n % 2), plan, overageEnabled, overageCap }), lostReply);
    this.answers.push({ n, said: entryOf(copy.ledger, commandIdOf(n))?.state === 'denied' });
  }

  private *end(copy: Copy, event: Extract<Event, { kind: 'end' }>): Generator<void, void> {
    const { plan } = this;
    const { n, lostReply } = event;
    // An ending follows its reservation, as the generator's facts do.
    if (!this.log.facts.some((fact) => GenerationReserved.is(fact) && fact.data.commandId === commandIdOf(n)))
      return;
    const ended = event.how === 'charged' ? charge(commandIdOf(n), plan) : release(commandIdOf(n), 'failed');
    yield* copy.carryOut(ended, lostReply);
    yield* copy.carryOut(announceThreshold(ids(n, n % 2), plan), lostReply);
  }

  private step(which: number): void {
    const index = which % Math.max(1, this.running.length);
    const one = this.running[index];
    if (one?.work.next().done) this.running.splice(index, 1);
  }

  private die(copy: Copy): void {
    copy.die();
    this.running = this.running.filter((one) => one.copy !== copy);
  }
}

describe('three copies on one ledger, in any interleaving', () => {
  it.each([0, 95, 98, 100, 497])('never oversell, and answer as the log says (%d used before)', (used) => {
    const { facts } = chargedBefore(used);
    fc.assert(
      fc.property(fc.array(event, { minLength: 20, maxLength: 250 }), (events) => {
        const world = new World(new LedgerLog(facts));
        for (const one of events) world.happen(one);
        world.finish();
        expect(violations(world.log.facts)).toEqual([]);
        const denied = new Map(
          world.log.facts.flatMap((fact) =>
            GenerationReserved.is(fact) || GenerationDenied.is(fact)
              ? [[fact.data.commandId as string, GenerationDenied.is(fact)]]
              : [],
          ),
        );
        for (const { n, said } of world.answers) expect(said).toBe(denied.get(commandIdOf(n)));
      }),
      { numRuns: used === 0 ? 200 : 50 },
    );
  });

  it('try facts out and take them back without a trace', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150 }), fc.nat(), (events, where) => {
        const world = new World(chargedBefore(78));
        for (const one of events) world.happen(one);
        world.finish();
        const facts = world.log.facts as LedgerFact[];
        const at = where % (facts.length + 1);
        const ledger = foldLedger(facts.slice(0, at));
        const undone = facts.slice(at).map((fact) => tryOut(ledger, fact));
        expect(ledger).toEqual(foldLedger(facts));
        for (const back of undone.reverse()) back();
        const before = foldLedger(facts.slice(0, at));
        expect(ledger).toEqual(before);
        expect([...ledger.settled.keys()]).toEqual([...before.settled.keys()]);
      }),
      { numRuns: 40 },
    );
  });

  it('folds the same when every fact comes twice', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 150 }), (events) => {
        const world = new World(chargedBefore(98));
        for (const one of events) world.happen(one);
        world.finish();
        const { facts } = world.log;
        expect(foldLedger(facts.flatMap((fact) => [fact, fact]))).toEqual(foldLedger(facts));
      }),
      { numRuns: 20 },
    );
  });
});
