import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A zombie has died already: only its parent has not heard of it. */
const deadStates = new Set(['Z', 'X']);

/**
 * When a process started, in whatever unit the system counts (clock ticks since boot on Linux, a date
 * elsewhere), or undefined when no such process lives. With the pid it names a process for good: pids are
 * used again, this pair is not.
 */
export const startTimeOf = (pid: number): string | undefined => {
  try {
    if (process.platform !== 'linux') {
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
      );
    }
    // The command (field 2) may hold spaces and brackets, so count from its closing one: see proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return deadStates.has(fields[0] ?? '') ? undefined : fields[19];
  } catch {
    return undefined; // no such process
  }
};

/** The command line of a living process, arguments separated by spaces; '' when it cannot be read. */
export const commandLineOf = (pid: number): string => {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return ''; // gone, or somebody else's
  }
};

/** Pids of living processes whose environment has exactly `name=value`. Linux only, elsewhere none. */
export const pidsWithEnvironment = (name: string, value: string): number[] => {
  if (process.platform !== 'linux') return [];
  const wanted = `\0${name}=${value}\0`;
  const has = (pid: number): boolean => {
    try {
      return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`.includes(wanted);
    } catch {
      return false; // gone, or somebody else's
    }
  };
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  return pids.filter((pid) => pid !== process.pid && has(pid) && startTimeOf(pid) !== undefined);
};

const signalIfAlive = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended by itself a moment ago, which is what we want
  }
};

const gone = async (pid: number, startTime: string, withinMs: number): Promise<boolean> => {
  const until = Date.now() + withinMs;
  while (startTimeOf(pid) === startTime) {
    if (Date.now() > until) return false;
    await delay(20); // not our child, so there is no event to wait for
  }
  return true;
};

/**
 * Ends a process that is not our child: the signal, `graceMs` milliseconds, then SIGKILL. Resolves when it
 * is gone; never touches a process that took over the pid meanwhile.
 */
export const endProcess = async (pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> => {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) return;
  signalIfAlive(pid, signal);
  if (await gone(pid, startTime, graceMs)) return;
  if (startTimeOf(pid) === startTime) signalIfAlive(pid, 'SIGKILL');
  await gone(pid, startTime, 5_000);
};
