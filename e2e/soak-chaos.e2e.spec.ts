import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/**
 * G1, G3 and G8 in short: `npm run chaos` for half a minute with two accounts. Real: every process, two copies of each
 * service. The second run shows that the checker would notice work that dies with the process that had it.
 */
const chaos = (...args: string[]) => soak('chaos', '--minutes', '0.4', ...args);

describe('a system whose processes are killed', () => {
  it('ends, charges and orders everything that it accepted', async () => {
    const { code, said } = await chaos('--seed', '5');
    expect([code, said]).toEqual([0, expect.stringContaining('no violation')]);
  }, 600_000);

  it('loses work where a message is acknowledged before it is done, and the checker says so', async () => {
    const { code, said } = await chaos('--seed', '3', '--patience', '25', '--sabotage', 'ack-first');
    expect(said).toMatch(
      /VIOLATION (whatever was accepted comes to an end|each 200 reached a terminal fact)/,
    );
    expect(code).toBe(1);
  }, 600_000);
});
