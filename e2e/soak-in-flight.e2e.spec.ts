import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/** The soak of generations in flight, small: everything real, as its command runs it, and one guard off at a time. */
const inFlight = (...args: string[]) => soak('in-flight', '--seed', '7', '--lost', '0', ...args);

describe('generations in flight', () => {
  it('each completes once although the generator is killed and messages come twice', async () => {
    const { code, said } = await inFlight('--count', '20', '--kills', '1');
    expect([code, said]).toEqual([0, expect.stringContaining('no violation')]);
  }, 300_000);

  it('a generator that asks the provider twice is found out', async () => {
    const { code, said } = await inFlight('--count', '10', '--kills', '0', '--sabotage', 'call-twice');
    expect(said).toContain('VIOLATION each attempt asks the provider once');
    expect(code).toBe(1);
  }, 300_000);
});
