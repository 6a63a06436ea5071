import { execFile } from 'node:child_process';
import path from 'node:path';

const wrapper = path.resolve(import.meta.dirname, '../../tools/soak.mjs');

/** Runs a soak as its npm script does; gives its exit code and all it said. */
export const soak = (name: string, ...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [wrapper, name, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, said: stdout + stderr });
    });
  });
