import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/**
 * `npm run soak:idempotency` in short: a regenerate alone. Real: every process, two of the gateway, which kill
 * themselves with SIGKILL where they are told to. The second run shows that the checker would notice a forgotten key.
 */
const idempotency = (...args: string[]) =>
  soak('idempotency', '--only', 'regenerate', '--copies', '100', ...args);

describe('one call under one Idempotency-Key', () => {
  it('has one effect and one answer, for copies at once and whenever its gateway is killed', async () => {
    const { code, said } = await idempotency('--rounds', '1');
    expect(said).toMatch(/100 copies of regenerate +equal answers, 1 fresh/);
    expect(said).toMatch(/gateways killed +6\n/);
    expect(said).toContain('no violation');
    expect(code).toBe(0);
  }, 300_000);

  it('has several where keys are forgotten, and the checker says so', async () => {
    const { code, said } = await idempotency('--rounds', '0', '--sabotage', 'forget-key');
    expect(said).toMatch(/VIOLATION 100 copies of regenerate/);
    expect(code).toBe(1);
  }, 300_000);
});
