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
 * Brings node_modules in line with the lock file, in place, since something may be running from them. Not
 * `npm ci`: it refuses a lock file that lacks the optional packages of foreign platforms, and some registries
 * do not carry those. `--no-save` holds the locked versions and leaves the lock file as it is.
 */
export const installPackages = async () => {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command, ...args] = [...npm, 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await step('packages', () => collect(command, args));
  } catch (error) {
    const lines = error.output?.split('\n').filter((text) => /npm (error|ERR!) \S/.test(text)) ?? [];
    const why =
      lines
        .slice(0, 2)
        .join(', ')
        .replaceAll(/npm (error|ERR!) /g, '') || error.message;
    throw new Problem(`packages could not be installed (${why}): check the network and run "npm install"`);
  }
  if (!isExecutable(node24)) {
    throw new Problem(
      'npm did not install Node 24 (its install scripts may be off): run "npm ci --ignore-scripts=false"',
    );
  }
};
