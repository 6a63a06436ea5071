import { accessSync, constants, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode, errorText, StartFailure } from './start-failure.js';

const mebi = 1024 * 1024;
/** Measured: a first start writes about 60 MiB (PostgreSQL's cluster and its first log), then come videos. */
const firstStartBytes = 200 * mebi;
/** Two of PostgreSQL's log segments: with less it cannot even recover. */
const laterStartBytes = 32 * mebi;

const reasons: Record<string, string> = {
  EACCES: 'you have no permission there',
  EPERM: 'the system does not permit it',
  EROFS: 'its file system is read-only',
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a file is in its place or in place of a folder above it',
  ENOENT: 'it cannot be made there',
  ENOSPC: 'no space is left on its disk',
  EDQUOT: 'your disk quota is used up',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its path is a circle of links',
};

const unusable = (folder: string, why: string): StartFailure =>
  new StartFailure(`${folder} cannot be used as a data folder: ${why}; set ZOETROPE_DATA to another one`);

const isWithin = (folder: string, file: unknown): boolean =>
  typeof file === 'string' && !path.relative(folder, file).startsWith('..');

/**
 * What a failed file operation in the data folder (or on the way to it) means to a person, as one line; any
 * other error comes back as it is.
 */
export const folderFailure = (folder: string, error: unknown): unknown => {
  const code = errorCode(error);
  const { syscall, path: file } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall.startsWith('spawn')) return error;
  // A failed write names no path.
  if (file !== undefined && !isWithin(folder, file) && !isWithin(file, folder)) return error;
  if (file === undefined && !(code in reasons)) return error;
  return unusable(folder, reasons[code] ?? errorText(error));
};

/**
 * One level after the other, since Node's own recursive mkdir tries for ever, deaf to signals, where the
 * parent exists and still answers ENOENT, as under /proc.
 */
const make = (folder: string): void => {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) make(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!existsSync(folder)) throw error; // else another start was quicker
  }
};

/** Some file systems count no blocks at all: nothing can be said of those. */
const checkSpace = (folder: string, needed: number): void => {
  const { bsize, blocks, bavail, bfree } = statfsSync(folder);
  const free = bsize * (process.getuid?.() === 0 ? bfree : bavail);
  if (blocks === 0 || free >= needed) return;
  const amounts = `${Math.floor(free / mebi)} MiB are free on its disk, ${needed / mebi} MiB are needed`;
  throw unusable(folder, amounts);
};

/**
 * Makes the folder when it is missing and checks that it can be read, written and has space: 200 MiB for a
 * first start, 32 MiB for a later one.
 *
 * @throws StartFailure, one line, when it cannot be used.
 */
export const makeUsable = (folder: string): void => {
  try {
    make(folder);
    if (!statSync(folder).isDirectory()) throw unusable(folder, 'a file is in its place');
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const first = readdirSync(folder).length === 0;
    checkSpace(folder, first ? firstStartBytes : laterStartBytes);
  } catch (error) {
    throw folderFailure(folder, error);
  }
};
