import { readdirSync, readFileSync } from 'node:fs';

const readOr = (file: string, otherwise: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise; // it ended meanwhile
  }
};

const childrenOf = (pid: number): number[] => {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // it ended meanwhile
  }
  return threads.flatMap((thread) =>
    readOr(`/proc/${pid}/task/${thread}/children`, '').split(' ').filter(Boolean).map(Number),
  );
};

/**
 * Bytes a process and everything below it take: their proportional set size (proc_pid_smaps(5)), so pages that
 * processes share count once.
 */
export function treeBytes(pid: number): number {
  const [, kilobytes = '0'] = /^Pss:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/smaps_rollup`, '')) ?? [];
  return Number(kilobytes) * 1024 + childrenOf(pid).reduce((sum, child) => sum + treeBytes(child), 0);
}

/** Processor time a process itself has used, ms (proc_pid_stat(5), fields 14 and 15, at 100 ticks a second). */
export function cpuMs(pid: number): number {
  const stat = readOr(`/proc/${pid}/stat`, '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

/** Looks every `everyMs` until stopped; gives the largest value seen. */
export function watchPeak(look: () => number, everyMs = 500): { stop(): number } {
  let peak = look();
  const timer = setInterval(() => {
    peak = Math.max(peak, look());
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return Math.max(peak, look());
    },
  };
}
