/**
 * `npm run bench:<name>`: runs bench/<name>/main.ts. Plain JavaScript on Node's own modules, since it may meet a
 * clone without packages and a Node that reads no TypeScript.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { node24 } from './packages.mjs';
import { onTerminal, Problem, reportFailure, root } from './run.mjs';
import { requireSetUp } from './set-up.mjs';

const [name = '', ...args] = process.argv.slice(2);
const main = path.join(root, 'bench', name, 'main.ts');

try {
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(main)) throw new Problem(`there is no bench "${name}"`);
  requireSetUp('libs/embedded/dist/system.js', 'apps/generator/dist/main.js', 'apps/operator/dist/main.js');
  process.exitCode = await onTerminal(node24, ['--disable-warning=ExperimentalWarning', main, ...args]);
} catch (error) {
  reportFailure(error);
}
