import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Lanes } from './lanes.js';

describe('lanes', () => {
  const held = () => Promise.withResolvers<void>();

  it('run so many at once in a lane, in order, and wait for no other lane', async () => {
    const lanes = new Lanes(2, 10);
    const started: string[] = [];
    const gates = [held(), held(), held()];
    const work = gates.map((gate, n) =>
      lanes.run('a', async () => {
        started.push(`a${n}`);
        await gate.promise;
      }),
    );
    const other = lanes.run('b', async () => {
      started.push('b');
    });
    await other;
    expect(started).toEqual(['a0', 'a1', 'b']);
    expect([lanes.isFree('a'), lanes.isFree('b')]).toEqual([false, true]);
    gates[1]?.resolve();
    await work[1];
    await setImmediate();
    expect(started).toEqual(['a0', 'a1', 'b', 'a2']);
    for (const gate of gates) gate.resolve();
    await Promise.all(work);
    expect(lanes.isFree('a')).toBe(true);
  });

  it('refuse what would wait behind too much', async () => {
    const lanes = new Lanes(1, 1);
    const gate = held();
    const [first, second] = [lanes.run('a', () => gate.promise), lanes.run('a', async () => {})];
    expect(lanes.run('a', async () => {})).toBeUndefined();
    gate.resolve();
    await Promise.all([first, second]);
  });

  it('go on after work that failed', async () => {
    const lanes = new Lanes(1, 1);
    await expect(lanes.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await lanes.run('a', async () => 'next')).toBe('next');
  });
});
