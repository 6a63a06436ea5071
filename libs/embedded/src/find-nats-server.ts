import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { repoRoot } from './paths.js';
import { StartFailure } from './start-failure.js';

/** Scheduled messages and per-message limits that the event log needs came with this version. */
const oldest = [2, 12] as const;

/** The version a nats-server binary reports as [major, minor], or undefined when it does not run. */
const versionOf = (binary: string): [number, number] | undefined => {
  try {
    const said = execFileSync(binary, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = /v(\d+)\.(\d+)\./.exec(said);
    return found ? [Number(found[1]), Number(found[2])] : undefined;
  } catch {
    return undefined; // not there, or not for this machine
  }
};

const recentEnough = (binary: string): boolean => {
  const [major, minor] = versionOf(binary) ?? [0, 0];
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
};

const onPath = (): string[] =>
  [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin']
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, 'nats-server'));

let found: string | undefined;

/**
 * The nats-server to run: `ZOETROPE_NATS_SERVER`, else the first of 2.12 or later on the PATH, else the one
 * that set-up put into `.toolchain`. Looked up once per process.
 *
 * @throws StartFailure when there is none.
 */
export const findNatsServer = (): string => {
  const named = process.env.ZOETROPE_NATS_SERVER;
  if (named) return named;
  const candidates = [...onPath(), path.join(repoRoot, '.toolchain', 'bin', 'nats-server')];
  found ??= candidates.find((candidate) => existsSync(candidate) && recentEnough(candidate));
  if (found) return found;
  throw new StartFailure(
    'nats-server 2.12 or later is missing: run "npm start" or "npm test" once to fetch it, or set ZOETROPE_NATS_SERVER',
  );
};
