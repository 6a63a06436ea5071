import { describe, expect, it } from '@jest/globals';
import { InMemoryRateLimiter } from './in-memory-rate-limiter.js';

const setUp = () => {
  const clock = { at: 1_000, now: () => clock.at };
  return { clock, limiter: new InMemoryRateLimiter(clock) };
};

describe('a rate limit', () => {
  it('allows its number in a window that begins with the first call', async () => {
    const { clock, limiter } = setUp();
    expect(await limiter.take('a', 2)).toEqual({ allowed: true, limit: 2, remaining: 1, resetMs: 60_000 });
    clock.at += 10_000;
    expect(await limiter.take('a', 2)).toEqual({ allowed: true, limit: 2, remaining: 0, resetMs: 50_000 });
    expect(await limiter.take('a', 2)).toMatchObject({ allowed: false, remaining: 0, resetMs: 50_000 });
    clock.at += 50_000;
    expect(await limiter.take('a', 2)).toMatchObject({ allowed: true, remaining: 1, resetMs: 60_000 });
  });

  it('counts keys apart, and gives back what did not count, never more', async () => {
    const { limiter } = setUp();
    await limiter.take('a', 1);
    expect((await limiter.take('b', 1)).allowed).toBe(true);
    await limiter.giveBack('a', 1);
    expect((await limiter.giveBack('a', 1)).remaining).toBe(1);
    expect((await limiter.take('a', 1)).allowed).toBe(true);
    expect((await limiter.take('a', 1)).allowed).toBe(false);
  });

  it('forgets windows that ended, so that its memory does not grow for ever', async () => {
    const { clock, limiter } = setUp();
    for (let n = 0; n < 10_000; n++) await limiter.take(`old ${n}`, 1);
    clock.at += 60_000;
    await limiter.take('new', 1);
    expect((limiter as unknown as { windows: Map<string, unknown> }).windows.size).toBe(1);
  });
});
