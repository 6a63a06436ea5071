import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Start time of a process (clock ticks), so that a reused pid is not taken for the holder. */
const startTimeOf = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
};

const alive = (holder) => {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return holder.startTime === undefined || startTimeOf(holder.pid) === holder.startTime;
};

const readHolder = (folder) => {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'holder.json'), 'utf8'));
  } catch {
    return undefined;
  }
};

/** A holder writes its name right after making the folder; one that has not after 5 s died in between. */
const isStale = (folder) => {
  const holder = readHolder(folder);
  if (holder) return !alive(holder);
  try {
    return Date.now() - statSync(folder).mtimeMs > 5_000;
  } catch {
    return false;
  }
};

const tryTake = (folder) => {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  const holder = { pid: process.pid, startTime: startTimeOf(process.pid) };
  writeFileSync(path.join(folder, 'holder.json'), JSON.stringify(holder));
  return true;
};

/**
 * Runs `work` while holding the lock folder, waiting for whoever has it. A holder that died holds nothing.
 * `onWait` is called once with the holder's pid when there is somebody to wait for.
 */
export const withLock = async (folder, onWait, work) => {
  mkdirSync(path.dirname(folder), { recursive: true });
  for (let waited = false; !tryTake(folder); ) {
    if (isStale(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!waited) onWait(readHolder(folder)?.pid);
    waited = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
