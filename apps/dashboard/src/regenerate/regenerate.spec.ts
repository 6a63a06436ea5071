import { describe, expect, it } from '@jest/globals';
import { costOf } from './cost.js';
import { changedFrom, seedComplaint, type Values } from './values.js';

const before: Values = { motion: 'medium', mode: 'loop', dur_seconds: 4, prompt: '', seed: '' };

describe('what a regenerate sends', () => {
  it('is only what was changed, so that the rest stays current', () => {
    expect(changedFrom(before, before)).toEqual({});
    expect(changedFrom(before, { ...before, motion: 'kinetic', dur_seconds: 6 })).toEqual({
      motion: 'kinetic',
      dur_seconds: 6,
    });
  });

  it('has a prompt only for this time, and none of blanks', () => {
    expect(changedFrom(before, { ...before, prompt: '  ' })).toEqual({});
    expect(changedFrom(before, { ...before, prompt: ' snow ' })).toEqual({ prompt_override: 'snow' });
  });

  it('keeps a seed, changes it, and lets it go with null', () => {
    const fixed = { ...before, seed: '7' };
    expect(changedFrom(fixed, fixed)).toEqual({});
    expect(changedFrom(before, fixed)).toEqual({ seed: 7 });
    expect(changedFrom(fixed, before)).toEqual({ seed: null });
  });

  it('takes seeds of 32 bits and nothing else', () => {
    for (const good of ['', '0', '4294967295', ' 12 ']) expect(seedComplaint(good)).toBeUndefined();
    for (const bad of ['4294967296', '-1', '1.5', '1e3', 'x']) expect(seedComplaint(bad)).toBeDefined();
  });
});

describe('the cost', () => {
  const month = (used: number, overage = 0, reserved = 0) => ({
    limit: 100,
    used,
    reserved,
    overage,
    resets_at: 0,
  });
  const on = { overage_enabled: true, overage_cap: null };
  const off = { overage_enabled: false, overage_cap: null };

  it('is of the month while there is room, what runs counted', () => {
    expect(costOf({ plan: 'pro', generations: month(60, 0, 2) }, off, 3)).toMatchObject({
      included: 3,
      overage: 0,
      refused: 0,
      left: 35,
    });
  });

  it('is overage beyond that, up to the cap, which is the plan’s own number unless set', () => {
    const spent = { plan: 'pro' as const, generations: month(110, 10) };
    expect(costOf(spent, on, 2)).toMatchObject({ included: 0, overage: 2, cents: 20, refused: 0 });
    expect(costOf(spent, { overage_enabled: true, overage_cap: 11 }, 2)).toMatchObject({
      overage: 1,
      refused: 1,
      why: 'overage_cap',
    });
    expect(costOf(spent, off, 1)).toMatchObject({ refused: 1, why: 'overage_disabled' });
  });

  it('is never overage on the free plan', () => {
    const free = { plan: 'free' as const, generations: { ...month(5), limit: 5 } };
    expect(costOf(free, on, 1)).toMatchObject({ overage: 0, refused: 1, why: 'free' });
  });
});
