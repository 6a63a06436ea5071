import { existsSync } from 'node:fs';
import path from 'node:path';
import { node24 } from './packages.mjs';
import { isExecutable, Problem, root } from './run.mjs';

/**
 * For the commands that talk to a running system and install nothing themselves: throws the one line that
 * helps when packages or the given built files (relative to the root) are missing.
 */
export const requireSetUp = (...built) => {
  const files = ['node_modules/commander/package.json', ...built].map((file) => path.join(root, file));
  if (isExecutable(node24) && files.every((file) => existsSync(file))) return;
  throw new Problem('nothing is installed or built here yet: run "npm start" first');
};
