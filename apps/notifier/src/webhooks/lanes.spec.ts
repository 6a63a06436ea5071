import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Lanes, PACE, SENT_AWAY } from './lanes.js';

const T = 1_800_000_000_000;
const held = () => Promise.withResolvers<void>();
let now = T;
let chance = 0.5;
beforeEach(() => {
  now = T;
  chance = 0.5;
});
const lanesOf = (pace: Partial<typeof PACE> = {}) =>
  new Lanes(
    { ...PACE, ...pace },
    () => now,
    () => chance,
  );
const hang = { broken: true, latencyMs: 10_000 };
const fine = { broken: false, latencyMs: 20 };

describe('a lane', () => {
  it('runs so many at once, in order, and waits for no other lane', async () => {
    const lanes = lanesOf({ atOnce: 2 });
    const started: string[] = [];
    const gates = [held(), held(), held()];
    const work = gates.map((gate, n) =>
      lanes.of('a').run(async () => {
        started.push(`a${n}`);
        await gate.promise;
      }),
    );
    await lanes.of('b').run(async () => {
      started.push('b');
    });
    expect(started).toEqual(['a0', 'a1', 'b']);
    gates[1]?.resolve();
    await work[1];
    await setImmediate();
    expect(started).toEqual(['a0', 'a1', 'b', 'a2']);
    for (const gate of gates) gate.resolve();
    await Promise.all(work);
  });

  it('refuses what would wait behind too much', async () => {
    const lane = lanesOf({ atOnce: 1, waiting: 1 }).of('a');
    const gate = held();
    const [first, second] = [lane.run(() => gate.promise), lane.run(async () => {})];
    expect(lane.run(async () => {})).toBeUndefined();
    gate.resolve();
    await Promise.all([first, second]);
  });

  it('goes on after work that failed', async () => {
    const lane = lanesOf({ atOnce: 1 }).of('a');
    await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lane.run(async () => 'next')).toBe('next');
  });

  it('gives appointments as far apart as the endpoint takes, none beyond the horizon', () => {
    const lane = lanesOf().of('a');
    for (let n = 0; n < 4; n++) lane.settle({ ...hang, broken: false });
    const times = Array.from({ length: 1_000 }, () => lane.appointment() - T);
    const [first = 0, second = 0] = times;
    expect(second - first).toBeGreaterThan(800); // 10 s, ten at once
    expect(Math.max(...times)).toBeLessThanOrEqual(PACE.horizonMs);
    const booked = times.filter((at) => at !== 0.875 * PACE.horizonMs); // what is beyond it comes at random
    expect(booked.toSorted((a, b) => a - b)).toEqual(booked);
    expect(booked.length).toBeGreaterThan(100);
  });

  it('knows from what has no answer yet how far apart the others are to come', async () => {
    const lane = lanesOf().of('a');
    const gate = held();
    const running = Array.from({ length: PACE.atOnce }, () => lane.run(() => gate.promise));
    now += 8_000;
    expect(lane.run(async () => {})).toBeUndefined(); // nobody waits in memory for what hangs
    const [first, second] = [lane.appointment(), lane.appointment()];
    expect(second - first).toBeGreaterThanOrEqual(800);
    gate.resolve();
    await Promise.all(running);
  });

  it('keeps some waiting for one that has answered before, however long it takes now', async () => {
    const lane = lanesOf({ atOnce: 1 }).of('a');
    lane.settle(fine);
    const gate = held();
    const first = lane.run(() => gate.promise);
    now += 8_000;
    const second = lane.run(async () => 'came');
    expect([lane.isTrusted, lane.appointment() - now]).toEqual([true, expect.closeTo(270, -2)]);
    gate.resolve();
    await first;
    expect(await second).toBe('came');
  });

  it('is quick only while its endpoint is', () => {
    const lane = lanesOf().of('a');
    const quick = () => lane.isQuick;
    const before = quick();
    lane.settle(fine);
    const after = quick();
    lane.settle(hang);
    expect([before, after, quick()]).toEqual([false, true, false]);
  });
});

describe('the circuit', () => {
  const opened = () => {
    chance = 1; // the whole pause
    const lane = lanesOf().of('a');
    for (let n = 0; n < PACE.failures; n++) lane.settle(hang);
    return lane;
  };

  it('opens after failures in a row: nobody is let in, and appointments are after the pause', () => {
    const lane = opened();
    expect(lane.appointment()).toBeGreaterThanOrEqual(T + PACE.pauseMs);
    now = T + PACE.pauseMs - 1;
    expect(lane.run(async () => {})).toBeUndefined();
  });

  it('pauses for half as long at least, the rest by chance', () => {
    const lane = lanesOf().of('a');
    chance = 0;
    for (let n = 0; n < PACE.failures; n++) lane.settle(hang);
    now += PACE.pauseMs / 2 - 1;
    expect(lane.run(async () => {})).toBeUndefined();
    now += 1;
    expect(lane.run(async () => {})).toBeDefined();
  });

  it('sends away what waits when it opens', async () => {
    const lane = lanesOf({ atOnce: 1 }).of('a');
    const gate = held();
    const first = lane.run(() => gate.promise);
    const waiting = [1, 2].map((n) => lane.run(async () => n));
    for (let n = 0; n < PACE.failures; n++) lane.settle(hang);
    expect(await Promise.all(waiting)).toEqual([SENT_AWAY, SENT_AWAY]);
    gate.resolve();
    await first;
    now += PACE.pauseMs;
    expect(await lane.run(async () => 'a slot is free')).toBe('a slot is free');
  });

  it('then lets one in; its failure doubles the pause, its success closes the circuit', async () => {
    const lane = opened();
    now += PACE.pauseMs;
    const gate = held();
    const probe = lane.run(() => gate.promise);
    expect(probe).toBeDefined();
    expect(lane.run(async () => {})).toBeUndefined();
    lane.settle(hang);
    gate.resolve();
    await probe;
    now += 2 * PACE.pauseMs - 1;
    expect(lane.run(async () => {})).toBeUndefined();
    now += 1;
    await lane.run(async () => lane.settle(fine));
    expect(await Promise.all([1, 2, 3].map((n) => lane.run(async () => n)))).toEqual([1, 2, 3]);
  });

  it('stays closed while something succeeds in between', async () => {
    const lane = lanesOf().of('a');
    for (let n = 0; n < 20; n++) lane.settle(n % PACE.failures === 0 ? fine : hang);
    expect(await lane.run(async () => 'in')).toBe('in');
  });
});
