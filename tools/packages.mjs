import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { collect, isExecutable, Problem, root, step } from './run.mjs';

const modules = path.join(root, 'node_modules');
export const node24 = path.join(modules, 'node', 'bin', 'node');

const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Optional ones for other machines are rightly absent; links are our own workspaces. */
const satisfied = (wanted, installed) => {
  if (!installed) return wanted.optional === true || wanted.devOptional === true;
  return wanted.link === true || wanted.version === installed.version;
};

/** Whether node_modules is what package-lock.json says, by the list npm leaves in it after each install. */
export const packagesAreCurrent = () => {
  const list = path.join(modules, '.package-lock.json');
  if (!existsSync(list) || !isExecutable(node24)) return false;
  try {
    const installed = packagesOf(list);
    const wanted = Object.entries(packagesOf(path.join(root, 'package-lock.json')));
    return wanted.every(
      ([name, entry]) => !name.startsWith('node_modules/') || satisfied(entry, installed[name]),
    );
  } catch {
    return false; // unreadable: installing again mends it
  }
};

/**
 * Brings node_modules in line with the lock file. Stale ones are updated in place, since something may be
 * running from them; only missing ones get the clean install.
 */
export const installPackages = async () => {
  const words = existsSync(path.join(modules, '.package-lock.json')) ? ['install', '--no-save'] : ['ci'];
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...args] = [...npm, ...words, '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await step(`packages (npm ${words[0]})`, () => collect(command, args));
  } catch (error) {
    const line = error.output?.split('\n').find((text) => /npm (error|ERR)/i.test(text));
    throw new Problem(
      `npm ${words[0]} failed: ${line ?? error.message}; check the network and run it by hand`,
    );
  }
  if (!isExecutable(node24)) {
    throw new Problem(
      'npm did not install Node 24 (its install scripts may be off): run "npm ci --ignore-scripts=false"',
    );
  }
};
