import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** `npm run matrix` as a person runs it, on the cells of `--quick`: real system, renderer, ffmpeg and proxy URLs. */
const root = path.resolve(import.meta.dirname, '..');

function matrix(...args: string[]): Promise<{ code: number; output: string }> {
  const command = [path.join(root, 'tools/soak.mjs'), 'matrix', '--quick', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

describe('the matrix', () => {
  it('finds every kind of video right, and prints what it measured', async () => {
    const { code, output } = await matrix();
    expect(output).toMatch(/plan +mode +motion +aspect .* ratio +verdict/);
    expect(output).toMatch(/right +5$/m);
    expect(output).toContain('no violation');
    expect(code).toBe(0);
  }, 300_000);

  it('fails a system that leaves its loops open', async () => {
    const { code, output } = await matrix('--sabotage', 'no-loop', '--only', 'pro loop');
    expect(output).toMatch(/VIOLATION pro loop .*its wrap jumps/);
    expect(code).toBe(1);
  }, 300_000);
});
