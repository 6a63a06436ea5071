import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What programs that know nothing of us keep in the temporary folder between runs. */
const caches = /^(node-compile-cache|swc-|jest|haste-map|v8-compile-cache)/;

let folder;

/** Before the run: a temporary folder of its own, which workers and the servers they start inherit. Gives its path. */
export const open = () => {
  folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-tests-'));
  chmodSync(folder, 0o711); // PostgreSQL runs as another user where the tests are root's
  process.env.TMPDIR = folder;
  return folder;
};

/**
 * After the run, when every process has ended: removes it.
 *
 * @throws Error with the names of what specs left in it.
 */
export const close = () => {
  const left = readdirSync(folder).filter((name) => !caches.test(name));
  rmSync(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`specs left behind in ${folder}: ${left.join(', ')}`);
};
