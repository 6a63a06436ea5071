import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
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
  mkdirSync(path.dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a', 0o600);
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
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await kill(stopSignal);
    clearTimeout(timer);
  };
  return { pid: child.pid ?? -1, exited, stop, kill };
};

/** The last non-empty line of a log file, for a one-line error; '' when there is none. */
export const lastLine = (file: string): string => {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.at(-1)?.slice(0, 300) ?? '';
};

/**
 * Polls `probe` until it answers true. The process ending first, or `timeoutMs` passing, is a StartFailure
 * that names the log file and its last line.
 */
export const untilReady = async (
  what: { name: string; logFile: string; running: Running; timeoutMs: number },
  probe: () => Promise<boolean>,
): Promise<void> => {
  let ended: Exit | undefined;
  void what.running.exited.then((exit) => {
    ended = exit;
  });
  const until = Date.now() + what.timeoutMs;
  while (!(await probe())) {
    if (ended) {
      throw new StartFailure(
        `${what.name} ended while starting (${describeExit(ended)}): ${lastLine(what.logFile)} — see ${what.logFile}`,
      );
    }
    if (Date.now() > until) {
      await what.running.kill();
      throw new StartFailure(
        `${what.name} was not ready within ${what.timeoutMs / 1000} s: ${lastLine(what.logFile)} — see ${what.logFile}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
