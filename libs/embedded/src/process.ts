import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { type Running, stoppable, untilReady } from './child.js';
import { openLog } from './log-file.js';
import { StartFailure } from './start-failure.js';

export interface ProcessOptions {
  /** For messages: "gateway". */
  name: string;
  /** A JavaScript file to run under this Node. Either this or `command`. */
  entry?: string;
  command?: string[];
  env: NodeJS.ProcessEnv;
  /** Gets everything the process prints except its ready line, appended. */
  logFile: string;
  /** How long until its ready line must have come, in milliseconds (30 s). */
  readyTimeoutMs?: number;
  /** How long it may finish its work after SIGTERM before SIGKILL, in milliseconds (10 s). */
  graceMs?: number;
  /** Gives up a start that is under way. */
  abort?: AbortSignal;
}

export interface ServiceProcess extends Running {
  /** The HTTP port it reported in its ready line. */
  readonly port: number;
  readonly url: string;
}

/** The port of a `{"ready":true,"port":N}` line, undefined for every other line. */
export const portOfReadyLine = (line: string): number | undefined => {
  if (!line.startsWith('{"ready":true')) return undefined;
  try {
    const { port } = JSON.parse(line) as { port?: unknown };
    return Number.isInteger(port) ? Number(port) : undefined;
  } catch {
    return undefined; // a log line that happens to begin so
  }
};

const writeLine = (log: number, line: string): void => {
  try {
    writeSync(log, `${line}\n`);
  } catch {
    // a full disk loses log lines; it must not take the supervisor down with them
  }
};

/** Passes every line but the ready one to the log; resolves to the port of the ready line. */
const listen = (child: ChildProcess, log: number): Promise<number> =>
  new Promise((resolve) => {
    if (!child.stdout) return;
    const lines = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      const port = portOfReadyLine(line);
      if (port === undefined) writeLine(log, line);
      else resolve(port);
    });
    lines.once('close', () => closeSync(log));
  });

/**
 * V8 sizes its heap by the machine's memory and collects late: on 24 GB a generator with 50 MB alive took 370 MB under
 * load. With these it takes 215 MB. An old space of a gigabyte is far beyond what any service of ours holds.
 */
const heapFlags = ['--max-semi-space-size=16', '--initial-old-space-size=64', '--max-old-space-size=1024'];

const launch = (options: ProcessOptions, log: number): ChildProcess => {
  const [command, ...args] = options.command ?? [
    process.execPath,
    '--enable-source-maps',
    ...heapFlags,
    options.entry ?? '',
  ];
  const child = spawn(command ?? '', args, {
    // The open stdin is how it learns of our death, even by SIGKILL: it reads the end of the file.
    stdio: ['pipe', 'pipe', log],
    detached: true, // Ctrl-C in the terminal is for the launcher alone, which stops children in order
    env: { ...options.env, ZOETROPE_EXIT_WITH_PARENT: '1' },
  });
  child.stdin?.on('error', () => undefined); // it died: `exited` tells
  return child;
};

/**
 * Starts one of our services and resolves when it prints its ready line. Its stdin is held open, and it ends
 * by itself when that closes.
 *
 * @throws StartFailure when its file is missing, it ends early, or it is not ready in time.
 */
export const startProcess = async (options: ProcessOptions): Promise<ServiceProcess> => {
  if (options.entry && !existsSync(options.entry)) {
    throw new StartFailure(`${path.relative('.', options.entry)} is missing: run "npm run build"`);
  }
  const log = openLog(options.logFile);
  const child = launch(options, log);
  const running = stoppable(child, 'SIGTERM', options.graceMs ?? 10_000);
  const { name, logFile, abort } = options;
  const ready = listen(child, log);
  const port = await untilReady(
    { name, logFile, running, timeoutMs: options.readyTimeoutMs ?? 30_000, abort },
    () => ready,
  );
  return { ...running, port, url: `http://127.0.0.1:${port}` };
};
