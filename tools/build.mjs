import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { node24 } from './packages.mjs';
import { collect, Problem, root, step } from './run.mjs';

const stampFile = path.join(root, 'node_modules', '.cache', 'zoetrope', 'build-stamp');

/** Folders of our packages that have sources. */
const packages = () =>
  ['libs', 'apps'].flatMap((group) =>
    readdirSync(path.join(root, group))
      .map((name) => path.join(root, group, name))
      .filter(
        (folder) => existsSync(path.join(folder, 'package.json')) && existsSync(path.join(folder, 'src')),
      ),
  );

const sourcesOf = (folder) =>
  readdirSync(path.join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

/** What a build reads beside `src`; the dashboard has a page and a configuration. */
const besides = (folder) =>
  ['package.json', 'index.html', 'vite.config.ts', 'compress.mjs']
    .map((name) => path.join(folder, name))
    .filter((file) => existsSync(file));

/** Changes whenever a source file does: names, sizes and times, which cost milliseconds to read. */
const stamp = () => {
  const hash = createHash('sha256');
  const files = [
    path.join(root, '.swcrc'),
    ...packages().flatMap((folder) => [...besides(folder), ...sourcesOf(folder)]),
  ];
  for (const file of files.sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
};

const hasSources = (folder) => sourcesOf(folder).some((file) => file.endsWith('.ts'));
const isBuilt = (folder) => !hasSources(folder) || existsSync(path.join(folder, 'dist'));

/** Whether every dist folder was made from the sources as they are. */
export const buildIsCurrent = () =>
  existsSync(stampFile) && packages().every(isBuilt) && readFileSync(stampFile, 'utf8') === stamp();

/** Builds all packages; Nx skips those it has built before from the same sources. */
export const build = async () => {
  const before = stamp();
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH}`,
  };
  const nx = path.join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const entry = existsSync(nx) ? nx : path.join(root, 'node_modules', 'nx', 'bin', 'nx.js');
  try {
    await step('build', () =>
      collect(node24, [entry, 'run-many', '-t', 'build', '--outputStyle=static'], { env }),
    );
  } catch (error) {
    process.stderr.write(`${(error.output ?? '').split('\n').slice(-40).join('\n')}\n`);
    throw new Problem('the build failed: see above');
  }
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, before);
};
