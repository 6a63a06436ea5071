import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { errorText, StartFailure } from './start-failure.js';

/** How to run PostgreSQL's programs, which refuse to run as root. */
export interface PostgresUser {
  /** Words before each command. */
  prefix: string[];
  uid?: number;
  gid?: number;
}

const asAnotherId = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
/** "nobody" on every Linux. */
const nobody = 65_534;

const works = (command: string[]): boolean => {
  const [program, ...args] = command as [string, ...string[]];
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
};

let namespaceWorks: boolean | undefined;

/**
 * Ordinary users run it as themselves. Root runs it in a user namespace, where root's own files belong to an
 * ordinary id, so it works in folders only root may enter. Where namespaces are forbidden (most containers)
 * it runs as "nobody".
 *
 * @throws StartFailure when root has neither way, because `binary` or `dataDir` lies in a closed folder.
 */
export const postgresUser = (dataDir: string, binary: string): PostgresUser => {
  if (process.getuid?.() !== 0) return { prefix: [] };
  namespaceWorks ??= works([...asAnotherId, 'true']);
  if (namespaceWorks) return { prefix: asAnotherId };
  const reachable = (file: string): boolean =>
    spawnSync('test', ['-x', file], { uid: nobody, gid: nobody }).status === 0;
  for (const place of [path.dirname(dataDir), binary]) {
    if (!reachable(place)) {
      throw new StartFailure(
        `PostgreSQL does not run as root and ${place} is closed to other users: start as an ordinary user, or set DATABASE_URL`,
      );
    }
  }
  return { prefix: [], uid: nobody, gid: nobody };
};

/** Hands a folder and all in it to the user that will run PostgreSQL; nothing to do for most. */
export const giveTo = (folder: string, user: PostgresUser): void => {
  if (user.uid === undefined || user.gid === undefined || !existsSync(folder)) return;
  chownSync(folder, user.uid, user.gid);
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    chownSync(path.join(folder, entry), user.uid, user.gid);
  }
};

/** Runs one of PostgreSQL's programs to its end; its own words become the error. */
export const runAs = (user: PostgresUser, command: string[]): void => {
  const [program, ...args] = [...user.prefix, ...command] as [string, ...string[]];
  try {
    execFileSync(program, args, { stdio: 'pipe', uid: user.uid, gid: user.gid });
  } catch (error) {
    const said = (error as { stderr?: Buffer }).stderr?.toString().trim() || errorText(error);
    throw new StartFailure(`${path.basename(command[0] ?? '')} failed: ${said.split('\n').at(-1)}`);
  }
};
