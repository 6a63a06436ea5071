import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

/** The soak of generations in flight, small: everything real, as its command runs it, and one guard off at a time. */
const wrapper = path.resolve(import.meta.dirname, '../tools/soak.mjs');

async function soak(...args: string[]): Promise<{ code: unknown; said: string }> {
  const command = [wrapper, 'in-flight', '--seed', '7', '--lost', '0', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, said };
}

describe('generations in flight', () => {
  it('each completes once although the generator is killed and messages come twice', async () => {
    const { code, said } = await soak('--count', '20', '--kills', '1');
    expect([code, said]).toEqual([0, expect.stringContaining('no violation')]);
  }, 300_000);

  it('a generator that asks the provider twice is found out', async () => {
    const { code, said } = await soak('--count', '10', '--kills', '0', '--sabotage', 'call-twice');
    expect(said).toContain('VIOLATION each attempt asks the provider once');
    expect(code).toBe(1);
  }, 300_000);
});
