import { describe, expect, it } from '@jest/globals';
import { Lanes, laneOf } from './lanes.js';

/** Tasks that end when told to. */
function hands(lanes: Lanes) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (lane: string, name: string) =>
    lanes.add(lane, () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { started, add, end };
}

describe('Lanes', () => {
  it('starts the next of a lane when the one before has ended', async () => {
    const { started, add, end } = hands(new Lanes(10));
    for (const name of ['a1', 'a2', 'a3']) add('a', name);
    expect(started).toEqual(['a1']);
    await end('a1');
    expect(started).toEqual(['a1', 'a2']);
  });

  it('never runs more than its limit, and takes waiting lanes in turn', async () => {
    const { started, add, end } = hands(new Lanes(2));
    for (const name of ['a1', 'a2', 'b1', 'c1']) add(name.slice(0, 1), name);
    expect(started).toEqual(['a1', 'b1']);
    await end('a1');
    expect(started).toEqual(['a1', 'b1', 'c1']);
    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2']);
  });

  it('takes up an idle lane again', async () => {
    const { started, add, end } = hands(new Lanes(1));
    add('a', 'a1');
    await end('a1');
    add('a', 'a2');
    expect(started).toEqual(['a1', 'a2']);
  });
});

describe('laneOf', () => {
  it.each([
    ['asset.ab.abc.request', 'abc'],
    ['quota.owner.2026-11', 'owner'],
    ['due.generator.abc.1.stage1.1', 'abc'],
    ['project.prj_1', 'prj_1'],
  ])('%s is lane %s', (subject, lane) => {
    expect(laneOf({ subject })).toBe(lane);
  });
});
