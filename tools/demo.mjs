/**
 * `npm run demo`: sees that there is something to run before `demo/main.ts` is loaded. Plain JavaScript on
 * Node's own modules, since it may meet a clone without packages and a Node that reads no TypeScript.
 */
import path from 'node:path';
import { node24 } from './packages.mjs';
import { onTerminal, reportFailure } from './run.mjs';
import { requireSetUp } from './set-up.mjs';

const main = path.join(import.meta.dirname, 'demo', 'main.ts');

try {
  requireSetUp('libs/contracts/dist/events.js', 'libs/embedded/dist/seed-client.js');
  process.exitCode = await onTerminal(node24, [main, ...process.argv.slice(2)], { cwd: process.cwd() });
} catch (error) {
  reportFailure(error);
}
