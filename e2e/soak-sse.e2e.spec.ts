import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

/**
 * G5 in short: `npm run soak:sse` with less of everything. Real: every process, two of the notifier, npm's eventsource and
 * curl; the clips are prepared ones. The others show that the checker would notice an event too many or too few.
 */
const soak = path.resolve(import.meta.dirname, '../tools/soak.mjs');

const sse = (...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const command = [soak, 'sse', '--restarts', '0', '--seed', '7', ...args];
    execFile(process.execPath, command, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr });
    });
  });
const small = ['--clients', '5', '--assets', '2', '--generations', '3', '--cuts', '1', '--kills', '0'];

describe('a client that reconnects', () => {
  it('sees every fact once, in order, while links are cut and a notifier is killed', async () => {
    const size = ['--clients', '12', '--assets', '4', '--generations', '8', '--cuts', '2', '--kills', '1'];
    const { code, said } = await sse(...size, '--notifiers', '2');
    expect(said).toContain('no violation');
    expect(said).toMatch(/clients +10 eventsource, 2 curl\n/);
    expect(code).toBe(0);
  }, 300_000);

  it.each([
    ['repeat-event', /VIOLATION each client’s ids are those of the log.*twice [1-9]/],
    ['skip-event', /VIOLATION each client’s ids are those of the log.*missing [1-9]/],
  ])(
    'that is not so without a guard (%s), and the checker says it',
    async (sabotage, violation) => {
      const { code, said } = await sse(
        ...small,
        '--notifiers',
        '1',
        '--patience',
        '1',
        '--sabotage',
        sabotage,
      );
      expect(said).toMatch(violation);
      expect(code).toBe(1);
    },
    300_000,
  );
});
