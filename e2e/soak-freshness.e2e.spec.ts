import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/**
 * G4 in short: `npm run soak:freshness` with few rounds. Real: every process, two gateways, Varnish with the VCL we
 * ship, links that are slow. The other runs show that the checker would notice a purge or a fence that is missing.
 */
const freshness = (...args: string[]) =>
  soak('freshness', '--seed', '1', '--reads', '600', '--readers', '10', ...args);

describe('the proxy URL through a cache', () => {
  it('never gives older bytes once ready was announced, though fills are open at the purge', async () => {
    const { code, said } = await freshness('--rounds', '3', '--fills', '0');
    expect([code, said]).toEqual([0, expect.stringContaining('no violation')]);
    expect(said).toMatch(/fills open when a video was stored +[1-9]/);
  }, 300_000);

  it.each(['no-purge', 'no-barrier'])(
    'gives them with %s, and the checker says so',
    async (name) => {
      const { code, said } = await freshness('--rounds', '1', '--fills', '0', '--sabotage', name);
      expect(said).toMatch(/VIOLATION a read that began after ready .* 1 after 2 was announced, by Varnish/);
      expect(code).toBe(1);
    },
    300_000,
  );
});
