import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ServedVideo } from '@zoetrope/contracts/facts/video';
import { Memory } from './memory.js';
import { NO_ASSET, type Present } from './present.js';

const DELETED: Present = { exists: true, deleted: true, status: 'failed', stage: 'failed' };
const ready: Present = { exists: true, deleted: false, status: 'ready', stage: 'ready' };
const lease = { held: true, count: 1, isHeld: () => lease.held, lapses: () => lease.count };
let memory: Memory;
beforeEach(() => {
  Object.assign(lease, { held: true, count: 1 });
  memory = new Memory();
  memory.holding(lease);
});
const remember = (present = ready) => {
  const ticket = memory.ticket('a');
  memory.remember(ticket, present);
  memory.close(ticket);
};

describe('a gateway remembers an asset', () => {
  it('that is settled, under its lease', () => {
    remember();
    expect(memory.get('a')).toBe(ready);
  });

  it('but not one in flight, nor one that does not exist', () => {
    remember({ ...ready, status: 'pending' });
    expect(memory.get('a')).toBeUndefined();
    remember(NO_ASSET);
    expect(memory.get('a')).toBeUndefined();
  });

  it('until something happens to it', () => {
    remember();
    memory.forget('b');
    expect(memory.get('a')).toBe(ready);
    memory.forget('a');
    expect(memory.get('a')).toBeUndefined();
  });

  it('but not when something happened while it was read', () => {
    const ticket = memory.ticket('a');
    memory.forget('a');
    memory.remember(ticket, ready);
    expect([memory.get('a'), memory.stands(ticket)]).toEqual([undefined, false]);
  });

  it('not while the lease is not held, and never again what it knew before a lapse', () => {
    remember();
    lease.held = false;
    expect(memory.get('a')).toBeUndefined();
    Object.assign(lease, { held: true, count: 2 });
    expect(memory.get('a')).toBeUndefined();
    remember();
    expect(memory.get('a')).toBe(ready);
  });

  it('not what is older than a fence, also when it was read after that one was confirmed', () => {
    const of = (generation: number) => ({ ...ready, video: { generation } as ServedVideo });
    memory.fence('a', 2);
    const late = memory.ticket('a');
    memory.remember(late, of(1));
    expect([memory.get('a'), memory.stands(late), memory.isFenced('a', of(1))]).toEqual([
      undefined,
      true,
      true,
    ]);
    memory.fence('a', 1); // an older fence that is asked again lifts nothing
    remember(of(1));
    expect(memory.get('a')).toBeUndefined();
    remember(of(2));
    expect(memory.get('a')?.video?.generation).toBe(2);
  });

  it('a deleted one whatever fence passed: nothing comes after that', () => {
    memory.fence('a', 2);
    remember(DELETED);
    expect(memory.get('a')).toBe(DELETED);
  });

  it('forgets a fence with its switch, and with it whatever was read before', () => {
    const old = { ...ready, video: { generation: 1 } as ServedVideo };
    memory.fence('a', 2);
    const late = memory.ticket('a');
    memory.switched('a', 2);
    memory.remember(late, old);
    expect([memory.get('a'), memory.stands(late), memory.isFenced('a', old)]).toEqual([
      undefined,
      false,
      false,
    ]);
  });

  it('not what was read across a lapse: a fence may have passed by meanwhile', () => {
    const ticket = memory.ticket('a');
    lease.count = 2;
    memory.remember(ticket, ready);
    expect([memory.get('a'), memory.stands(ticket)]).toEqual([undefined, false]);
  });

  it('not what was read before the lease was held', () => {
    lease.held = false;
    const ticket = memory.ticket('a');
    lease.held = true;
    memory.remember(ticket, ready);
    expect([memory.get('a'), memory.stands(ticket)]).toEqual([undefined, false]);
  });
});
