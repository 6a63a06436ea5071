import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { startTimeOf } from './pids.js';
import { errorCode, StartFailure } from './start-failure.js';

interface Holder {
  pid: number;
  startTime: string;
}

/** A takeover is two file operations long; who left its guard behind for this long is dead. */
const guardStaleMs = 10_000;

/** Whole or not at all: a link of a finished file, so nobody ever reads a lock half written. */
const create = (file: string, holder: Holder): boolean => {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, JSON.stringify(holder), { mode: 0o600 });
    linkSync(beside, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
};

const holderOf = (file: string): Holder | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined; // released a moment ago, or garbage: either way nobody holds it
  }
};

const isAlive = (holder: Holder | undefined): holder is Holder =>
  holder !== undefined && startTimeOf(holder.pid) === holder.startTime;

const dropStaleGuard = (guard: string): void => {
  try {
    if (Date.now() - statSync(guard).mtimeMs > guardStaleMs) rmSync(guard, { force: true });
  } catch {
    // somebody else was quicker
  }
};

/** Removes a dead holder's lock. Under a guard, or two takers could each remove the other's fresh lock. */
const removeStale = (file: string): void => {
  const guard = `${file}.takeover`;
  dropStaleGuard(guard);
  if (!create(guard, { pid: process.pid, startTime: '' })) return;
  try {
    if (!isAlive(holderOf(file))) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
};

/**
 * Takes the lock file for this process and returns what releases it. A holder that died, by any means, holds
 * nothing any more: pid and start time together name a process for good.
 *
 * @throws StartFailure made by `inUse` from the holder's pid when a living process has it.
 */
export const takeLock = (file: string, inUse: (pid: number) => string): (() => void) => {
  const me = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  for (let attempt = 0; attempt < 50; attempt++) {
    if (create(file, me)) return () => rmSync(file, { force: true });
    const holder = holderOf(file);
    if (isAlive(holder)) throw new StartFailure(inUse(holder.pid));
    removeStale(file);
  }
  throw new StartFailure(`${file} cannot be taken: remove it if nothing of Zoetrope runs`);
};
