import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/** Something a person must put right; printed as one line without a stack. */
export class Problem extends Error {}

/** Prints to stderr what ended the command, one line for what a person can put right, and sets exit code 1. */
export const reportFailure = (error) => {
  const expected = error instanceof Problem || error?.name === 'StartFailure';
  process.stderr.write(`zoetrope: ${expected ? error.message : (error?.stack ?? error)}\n`);
  process.exitCode = 1;
};

/** A closed stdout (a pipe whose reader left) must not end a running system. */
export const surviveClosedOutput = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

/** Runs a command to its end with its output collected; rejects with its last lines when it fails. */
export const collect = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', (error) => reject(new Problem(`${command}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const failure = new Problem(
        `"${path.basename(command)} ${args.slice(0, 3).join(' ')}" failed (${signal ?? code})`,
      );
      reject(Object.assign(failure, { output }));
    });
  });

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command on this terminal; resolves to its exit code (128 + n for signal n, as shells have it). */
export const onTerminal = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of passedOn) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of passedOn) process.off(name, forward);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });

/** The first executable of that name on the PATH (and in the sbin folders, where Debian puts servers). */
export const onPath = (name) => {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
};

export const isExecutable = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Runs one step of set-up and prints what it was and how long it took. */
export const step = async (title, work) => {
  const began = performance.now();
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`  ${title} …`);
  let how = 'failed';
  try {
    const result = await work();
    how = 'done';
    return result;
  } finally {
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    process.stdout.write(`${live ? '\r\x1b[K' : ''}  ${title} ${how === 'done' ? '' : `${how} `}${took}\n`);
  }
};
