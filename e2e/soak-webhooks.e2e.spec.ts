import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

/** The soak of dead endpoints, small: everything real, as its command runs it, and the guard off once. */
const wrapper = path.resolve(import.meta.dirname, '../tools/soak.mjs');
/** On a busy machine no second of a measurement means anything; a shared lane costs many. */
const small = ['--seed', '7', '--dead', '5', '--events', '50', '--hang', '2000', '--samples', '40'];
const quick = ['--horizon', '4000', '--floor', '15000'];

async function soak(...args: string[]): Promise<{ code: unknown; said: string }> {
  const command = [wrapper, 'webhooks', ...small, ...quick, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, said };
}

describe('endpoints that hang', () => {
  it('delay nobody else, and get everything once they are back, although the notifier is killed', async () => {
    const { code, said } = await soak('--kills', '1');
    expect([code, said]).toEqual([0, expect.stringContaining('no violation')]);
  }, 300_000);

  it('in one lane with all others are found out', async () => {
    const { code, said } = await soak('--kills', '0', '--patience', '40', '--sabotage', 'shared-lane');
    expect(said).toContain('VIOLATION a healthy endpoint waits for dead ones');
    expect(code).toBe(1);
  }, 300_000);
});
