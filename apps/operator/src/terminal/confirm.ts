import { createInterface } from 'node:readline/promises';
import { OperatorError } from '../connections.js';

/**
 * Asks before something that cannot be taken back. `--yes` answers for the person.
 * @throws OperatorError where nobody sits at a terminal and `--yes` was not given
 */
export async function confirmed(question: string, { yes }: { yes?: boolean }): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) throw new OperatorError(`${question} Nobody is here to ask: add --yes`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
