import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { lastWords, openLog } from './log-file.js';
import { StartFailure } from './start-failure.js';

/** How a process ended: exactly one of the two is set, or `error` when it never ran. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

/** A started server or service: what a supervisor needs to know of it. */
export interface Running {
  readonly pid: number;
  /** Resolves once, however it ends. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Ends it in good order; resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Sends a signal (SIGKILL by default) and resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface SpawnOptions {
  command: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Receives stdout and stderr, appended. Its folder is made. */
  logFile: string;
  uid?: number;
  gid?: number;
}

/** Resolves when the child has ended, and also when it could not be started at all. */
export const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
  });

/** "exit code 1", "SIGKILL", or why it never ran. */
export const describeExit = (exit: Exit): string =>
  exit.error?.message ?? exit.signal ?? `exit code ${exit.code}`;

/**
 * Starts a native server with its output in a log file and no terminal. In a session of its own, so that
 * Ctrl-C in the launcher's terminal reaches the launcher only, which then stops its children in order.
 */
export const spawnLogged = (options: SpawnOptions): ChildProcess => {
  const log = openLog(options.logFile);
  try {
    const [command, ...args] = options.command as [string, ...string[]];
    return spawn(command, args, {
      stdio: ['ignore', log, log],
      detached: true,
      env: options.env ?? process.env,
      cwd: options.cwd,
      uid: options.uid,
      gid: options.gid,
    });
  } finally {
    closeSync(log);
  }
};

/**
 * Prefix that has the kernel send `signal` to the command when its launcher dies, so that a killed launcher
 * leaves no server behind. Where util-linux is missing the next start cleans up instead.
 */
export const dieWithParent = (signal: 'INT' | 'TERM' | 'KILL'): string[] =>
  existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', '--pdeathsig', signal] : [];

/** `stop` and `kill` over one child: a signal, a grace in milliseconds, then SIGKILL. */
export const stoppable = (child: ChildProcess, stopSignal: NodeJS.Signals, graceMs: number): Running => {
  const exited = exitOf(child);
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  const stop = async (): Promise<void> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await kill(stopSignal);
    clearTimeout(timer);
  };
  return { pid: child.pid ?? -1, exited, stop, kill };
};

/** Rejects with a StartFailure that names the log file when the process ends before it is ready. */
export const endedEarly = async (name: string, running: Running, logFile: string): Promise<never> => {
  const exit = await running.exited;
  throw new StartFailure(
    `${name} ended while starting (${describeExit(exit)}): ${lastWords(logFile)} — see ${logFile}`,
  );
};

/** Rejects with a StartFailure after `timeoutMs` unless `done` is aborted before. */
const tooLate = async (
  name: string,
  logFile: string,
  timeoutMs: number,
  done: AbortSignal,
): Promise<never> => {
  await delay(timeoutMs, undefined, { signal: done });
  throw new StartFailure(
    `${name} was not ready within ${timeoutMs / 1000} s: ${lastWords(logFile)} — see ${logFile}`,
  );
};

export interface Readiness {
  name: string;
  logFile: string;
  running: Running;
  timeoutMs: number;
  /** Stops the process when aborted, so that nobody waits for a start that is not wanted any more. */
  abort?: AbortSignal;
}

/**
 * What `ready` resolves to, unless the process ends first or `timeoutMs` pass: then a StartFailure with the
 * last words of its log. `ready` gets a signal that tells it to give up.
 */
export const untilReady = async <T>(
  what: Readiness,
  ready: (done: AbortSignal) => Promise<T>,
): Promise<T> => {
  const done = new AbortController();
  const stop = (): void => void what.running.stop();
  what.abort?.addEventListener('abort', stop);
  if (what.abort?.aborted) stop();
  const early = endedEarly(what.name, what.running, what.logFile);
  const late = tooLate(what.name, what.logFile, what.timeoutMs, done.signal);
  early.catch(() => undefined); // it ends some day, long after it was ready
  late.catch(() => undefined);
  try {
    return await Promise.race([ready(done.signal), early, late]);
  } catch (error) {
    await what.running.kill(); // nobody will own it
    throw error;
  } finally {
    done.abort();
    what.abort?.removeEventListener('abort', stop);
  }
};

/** Asks again every 25 ms until the answer is true or `done` is aborted. */
export const poll = async (question: () => Promise<boolean>, done: AbortSignal): Promise<void> => {
  while (!done.aborted && !(await question())) await delay(25);
};
