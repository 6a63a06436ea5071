import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/**
 * G2 in short: `npm run soak:g2` with less of everything. Real: every process, three of quota and two of the gateway;
 * the clips are prepared ones. The second run shows that the checker would notice a ledger without its guard.
 */
const g2 = (...args: string[]) => soak('g2', '--assets', '3', '--left', '3', '--seed', '7', ...args);

describe('an owner’s month', () => {
  it('is never oversold, by a crowd, faults, redeliveries and a killed copy', async () => {
    const { code, said } = await g2('--requests', '30', '--changes', '2', '--asks', '24', '--kills', '1');
    expect(said).toMatch(/accepted, refused +3, 27\n/);
    expect(said).toMatch(/changed just before a request +10 requests/);
    expect(said).toContain('no violation');
    expect(code).toBe(0);
  }, 300_000);

  it('is oversold by copies that append without expectation, and the checker says so', async () => {
    const { code, said } = await g2(
      '--requests',
      '40',
      '--changes',
      '0',
      '--asks',
      '0',
      '--sabotage',
      'no-expectation',
    );
    expect(said).toMatch(/VIOLATION at no sequence of the ledger.*oversells/);
    expect(code).toBe(1);
  }, 300_000);
});
