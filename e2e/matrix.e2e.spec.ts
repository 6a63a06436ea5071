import { describe, expect, it } from '@jest/globals';
import { soak } from './support/soak.js';

/** `npm run matrix` as a person runs it, on the cells of `--quick`: real system, renderer, ffmpeg and proxy URLs. */
const matrix = (...args: string[]) => soak('matrix', '--quick', ...args);

describe('the matrix', () => {
  it('finds every kind of video right, and prints what it measured', async () => {
    const { code, said } = await matrix();
    expect(said).toMatch(/plan +mode +motion +aspect .* ratio +verdict/);
    expect(said).toMatch(/right +5$/m);
    expect(said).toContain('no violation');
    expect(code).toBe(0);
  }, 300_000);

  it('fails a system that leaves its loops open', async () => {
    const { code, said } = await matrix('--sabotage', 'no-loop', '--only', 'pro loop');
    expect(said).toMatch(/VIOLATION pro loop .*its wrap jumps/);
    expect(code).toBe(1);
  }, 300_000);
});
