import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import {
  AssetDeleted,
  AssetPrepared,
  AssetRegenerateRequested,
  GenerationCancelRequested,
} from '@zoetrope/contracts/facts/request';
import fc from 'fast-check';
import { foldAsset } from './asset.js';
import { endable, type Fate, fateOf } from './generation-fate.js';
import { base, some } from './generation-testing.js';
import { recorded } from './testing.js';

const { assetId, projectId, ownerId, commandId, period } = base;
const who = { assetId, projectId, ownerId, commandId };
const ask = (number: number): Fact =>
  number === 1
    ? AssetPrepared({
        ...who,
        number,
        period,
        src: 'https://e.com/a.png',
        asked: {},
        defaults: { motion: 'subtle', mode: 'loop', dur_seconds: 4 },
        requestedBy: 'api',
      })
    : AssetRegenerateRequested({ ...who, number, period, asked: {}, requestedBy: 'api' });
const cancel = (generation: number, number = generation) =>
  GenerationCancelRequested({ ...who, generation, number });
const deleted = AssetDeleted({ ...who, number: 9 });

type Accepted = Record<number, boolean>;
const fate = (number: number, facts: Fact[], accepted: Accepted = {}): string => {
  const known = new Map(Object.entries(accepted).map(([key, value]) => [Number(key), value]));
  const told: Fate = fateOf(foldAsset(recorded(facts)), number, known);
  if (told.kind === 'depends-on') return `depends on ${told.ask.ask.number}`;
  return told.kind === 'ends' ? told.reason : told.kind;
};

describe('the fate of a generation', () => {
  it.each<[string, number, Fact[], Accepted, string]>([
    ['nothing was asked since', 1, [ask(1)], {}, 'goes-on'],
    ['a newer ask that nobody decided', 1, [ask(1), ask(2)], {}, 'depends on 2'],
    ['a newer ask that quota accepted', 1, [ask(1), ask(2)], { 2: true }, 'superseded'],
    ['a newer ask that quota denied', 1, [ask(1), ask(2)], { 2: false }, 'goes-on'],
    ['the first accepted one counts', 1, [ask(1), ask(2), ask(3)], { 2: false, 3: true }, 'superseded'],
    ['a cancel that names it', 1, [ask(1), cancel(1)], {}, 'requested'],
    ['a cancel, then an accepted ask', 1, [ask(1), cancel(1), ask(2)], { 2: true }, 'requested'],
    ['an accepted ask, then a cancel of that one', 1, [ask(1), ask(2), cancel(2)], { 2: true }, 'superseded'],
    ['and that one', 2, [ask(1), ask(2), cancel(2)], { 2: true }, 'requested'],
    ['a denied ask, then a cancel', 1, [ask(1), ask(2), cancel(2)], { 2: false }, 'requested'],
    ['an undecided ask, then a cancel', 1, [ask(1), ask(2), cancel(2)], {}, 'depends on 2'],
    ['a cancel of an older one', 2, [ask(1), cancel(1), ask(2)], {}, 'goes-on'],
    ['a deletion', 1, [ask(1), deleted], {}, 'deleted'],
    ['an accepted ask, then a deletion', 1, [ask(1), ask(2), deleted], { 2: true }, 'superseded'],
    ['a cancel, then a deletion', 1, [ask(1), cancel(1), deleted], {}, 'requested'],
  ])('%s', (_rule, number, facts, accepted, expected) => {
    expect(fate(number, facts, accepted)).toBe(expected);
  });

  it('is told by the outcomes on the asset where they are there', () => {
    expect(fate(1, [ask(1), some.queued(), ask(2), some.queued({}, 2)])).toBe('superseded');
    const refused = [ask(1), some.queued(), ask(2), some.refused(2), cancel(1)];
    expect(fate(1, refused)).toBe('requested');
  });
});

/** Requests of one asset in an order that a gateway may append: numbers grow, a cancel names what may be in flight. */
const requests = fc.array(fc.constantFrom('ask', 'ask', 'cancel'), { maxLength: 8 }).map((kinds) => {
  const facts: Fact[] = [ask(1)];
  let [number, cancelled] = [1, 0];
  for (const kind of kinds) {
    if (kind === 'ask') facts.push(ask(++number));
    else if (cancelled < number) {
      cancelled = number;
      facts.push(cancel(cancelled));
    }
  }
  return { facts, number };
});
const decisions = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });

describe('whatever is asked in whatever order', () => {
  it('an ending once known stays, whatever is asked later', () => {
    fc.assert(
      fc.property(requests, decisions, ({ facts, number }, accepted) => {
        const known = Object.fromEntries(accepted.map((value, index) => [index, value]));
        for (let n = 1; n <= number; n++) {
          const seen = facts.map((_, cut) => fate(n, facts.slice(0, cut + 1), known));
          const first = seen.findIndex((each) => each !== 'goes-on');
          if (first >= 0) expect(new Set(seen.slice(first)).size).toBe(1);
        }
      }),
    );
  });

  it('knowing fewer decisions never gives another answer, only none', () => {
    fc.assert(
      fc.property(requests, decisions, decisions, ({ facts, number }, accepted, known) => {
        const all = Object.fromEntries(accepted.map((value, index) => [index, value]));
        const fewer = Object.fromEntries(Object.entries(all).filter((_, index) => known[index]));
        for (let n = 1; n <= number; n++) {
          const told = fate(n, facts, fewer);
          if (!told.startsWith('depends')) expect(told).toBe(fate(n, facts, all));
        }
      }),
    );
  });
});

describe('what a cancel has to end', () => {
  const numbers = (...facts: Fact[]) => endable(foldAsset(recorded(facts)));

  it('is what runs and what waits to be taken up, up to the named one', () => {
    expect(numbers(ask(1), some.queued(), ask(2), ask(3), cancel(2))).toEqual([1, 2]);
    expect(numbers(ask(1), some.queued(), cancel(1), ask(2))).toEqual([1]);
    expect(numbers(ask(1), some.queued(), some.stored(), ask(2), deleted)).toEqual([2]);
    expect(numbers(ask(1), some.queued(), cancel(1), some.cancelled())).toEqual([]);
    expect(numbers(ask(1), ask(2))).toEqual([]);
  });
});
