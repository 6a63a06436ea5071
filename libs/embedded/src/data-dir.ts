import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from './json-file.js';
import { takeLock } from './lock.js';
import { StartFailure } from './start-failure.js';
import { folderFailure, makeUsable } from './usable-folder.js';

/** Raised when the folder's arrangement changes in a way that older code cannot read. */
const layout = 1;
const Version = z.object({ layout: z.int().positive(), pieces: z.array(z.string()) });

/** An opened, locked data folder. */
export interface DataDir {
  readonly path: string;
  /** Notes that these files or folders exist from now on, so that a later start notices when one is gone. */
  record(...pieces: string[]): void;
  release(): void;
}

/** Never move into a folder that holds somebody's other files. */
const refuseForeign = (folder: string, file: string): void => {
  if (existsSync(file)) return;
  const others = readdirSync(folder).filter(
    (name) => !name.startsWith('lock') && !name.startsWith('version.json.'),
  );
  if (others.length === 0) return;
  throw new StartFailure(
    `${folder} holds files but no version.json, so it is not ours: move it away, or set ZOETROPE_DATA to another folder`,
  );
};

const readVersion = (folder: string, file: string): z.infer<typeof Version> => {
  const away = `restore it from a backup, or move ${folder} away to begin anew`;
  const version = readJson(file, Version, away);
  if (!version) return { layout, pieces: [] };
  if (version.layout > layout) {
    throw new StartFailure(
      `${folder} was written by a newer Zoetrope: update this one, or move ${folder} away`,
    );
  }
  const missing = version.pieces.find((piece) => !existsSync(path.join(folder, piece)));
  if (missing) throw new StartFailure(`${path.join(folder, missing)} is missing: ${away}`);
  return version;
};

const lockOf = (folder: string, inUse: (pid: number) => string): (() => void) => {
  try {
    return takeLock(path.join(folder, 'lock'), inUse);
  } catch (error) {
    throw folderFailure(folder, error);
  }
};

/**
 * Opens a data folder for this launcher alone, making it on the first start.
 *
 * @throws StartFailure, one line, when another launcher has it or it is foreign, newer, damaged or unusable.
 */
export const openDataDir = (folder: string): DataDir => {
  const file = path.join(folder, 'version.json');
  makeUsable(folder);
  refuseForeign(folder, file);
  const inUse = (pid: number): string =>
    `${folder} is in use by another start (process ${pid}): stop that one, or set ZOETROPE_DATA and PORT to run a second`;
  const release = lockOf(folder, inUse);
  try {
    const version = readVersion(folder, file);
    writeJson(file, version);
    const record = (...pieces: string[]): void => {
      const all = new Set([...version.pieces, ...pieces]);
      if (all.size === version.pieces.length) return;
      version.pieces = [...all];
      writeJson(file, version);
    };
    return { path: folder, record, release };
  } catch (error) {
    release();
    throw folderFailure(folder, error);
  }
};
