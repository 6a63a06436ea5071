import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, ObjectStoreError } from './errors.js';

/** Flushes a folder's own entries: without it a power cut can forget a file whose bytes are on disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder and what is missing above it, one level after the other: Node's own recursive mkdir tries for ever
 * where the parent exists and still answers ENOENT, as under /proc.
 *
 * @returns the first folder that had to be made; undefined when all were there
 * @throws what the system said: EACCES, ENOENT, ENOTDIR, EEXIST for a file in its place
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return (await isMade(folder)) ? folder : undefined;
  } catch (error) {
    const parent = dirname(folder);
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error;
    const first = await makeFolder(parent);
    // One that still answers ENOENT has said its last word.
    const made = await isMade(folder);
    return first ?? (made ? folder : undefined);
  }
}

/** False when the folder was there. */
async function isMade(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return false;
    throw error;
  }
}

/** Makes a folder below `root`, and its making durable up to the first ancestor that was there before. */
export async function makeDurableFolder(folder: string, root: string): Promise<void> {
  const first = await makeFolder(folder).catch((cause: unknown) => {
    const code = codeOf(cause);
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw cause;
    throw new ObjectStoreError('invalid_key', `${folder} is an object, so no key can lie under it`, {
      cause,
    });
  });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length && made !== root; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Removes a folder below `root`, and its ancestors there, as far as they are empty. */
export async function removeEmptyFolders(root: string, folder: string): Promise<void> {
  for (let path = folder; path !== '.'; path = dirname(path)) {
    const kept = await rmdir(join(root, path)).then(
      () => false,
      () => true,
    );
    if (kept) return;
  }
}

/** Removes files that nobody has written to for `ageMs` milliseconds. */
export async function removeOldFiles(folder: string, ageMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > ageMs) await rm(path, { force: true });
  }
}

/** Paths of all files below `root` that start with `prefix`, in ascending order of characters as S3 has it. */
export async function* walk(root: string, prefix: string, folder = ''): AsyncGenerator<string> {
  for (const entry of await sorted(join(root, folder))) {
    const path = `${folder}${entry.name}`;
    if (entry.isFile() && path.startsWith(prefix)) yield path;
    const mayHold = `${path}/`.startsWith(prefix) || prefix.startsWith(`${path}/`);
    if (entry.isDirectory() && mayHold) yield* walk(root, prefix, `${path}/`);
  }
}

async function sorted(folder: string): Promise<Dirent[]> {
  // A delete may have taken the folder since its parent was read.
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new ObjectStoreError('unavailable', `cannot list ${folder}: ${codeOf(cause)}`, { cause });
  });
  // A folder sorts by its name with the slash: "a-b/x" comes before "a/x".
  const place = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.sort((a, b) => (place(a) < place(b) ? -1 : 1));
}
