import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/**
 * `npm run soak:strangers` on one route. Real: every process. The second run shows that the checker would notice a
 * look-up that takes longer where there is something.
 */
const strangers = (...args: string[]) => soak('strangers', '--only', '/assets/{id}/regenerate', ...args);

describe('what belongs to somebody else', () => {
  it('answers like nothing, byte by byte and in the same time', async () => {
    const { code, said } = await strangers('--calls', '100', '--tries', '6');
    expect(said).toMatch(/routes that name things of somebody +[1-9]/);
    expect(said).toContain('no violation');
    expect(code).toBe(0);
  }, 300_000);

  it('gives itself away by its time when that is not made even, and the checker says so', async () => {
    const { code, said } = await strangers('--calls', '200', '--tries', '2', '--sabotage', 'uneven-time');
    expect(said).toMatch(/VIOLATION .*somebody else's takes/);
    expect(code).toBe(1);
  }, 300_000);
});
