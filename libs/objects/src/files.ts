import { access, constants, type FileHandle, link, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkHash, checkSame, digest, type Spooled, spool } from './digest.js';
import { codeOf, ObjectStoreError } from './errors.js';
import {
  makeDurableFolder,
  makeFolder,
  removeEmptyFolders,
  removeOldFiles,
  syncFolder,
  walk,
} from './folders.js';
import { checkKey, checkPrefix } from './keys.js';
import { Notes } from './notes.js';
import { lastByte } from './range.js';
import type { ByteRange, ObjectBody, ObjectContent, ObjectHead, ObjectStore, PutOptions } from './store.js';

/** A temporary file older than this belongs to a dead process: no upload of ours takes a day. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Opens a store of files in one folder, creating it and clearing what crashed writers left in `tmp`.
 * Several processes of one machine may share it.
 *
 * `data/<key>` is the object; `notes/<key>` its content type and hash, which are only a convenience: the
 * object without its note is complete; `tmp` is never listed.
 */
export async function openFileStore(folder: string): Promise<ObjectStore> {
  const store = new FileObjectStore(folder);
  await store.ready();
  await removeOldFiles(join(folder, 'tmp'), ABANDONED_AFTER_MS);
  return store;
}

class FileObjectStore implements ObjectStore {
  readonly #data: string;
  readonly #tmp: string;
  readonly #notes: Notes;

  constructor(private readonly folder: string) {
    this.#data = join(folder, 'data');
    this.#tmp = join(folder, 'tmp');
    this.#notes = new Notes(join(folder, 'notes'), this.#tmp);
  }

  async ready(): Promise<void> {
    try {
      for (const folder of [this.#data, this.#tmp, this.#notes.folder]) {
        await makeFolder(folder);
        await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      }
    } catch (cause) {
      const message = `cannot write in ${this.folder} (${codeOf(cause)}): make it writable or set OBJECTS_DIR to another folder`;
      throw new ObjectStoreError('unavailable', message, { cause });
    }
  }

  async put(key: string, body: ObjectBody, options: PutOptions) {
    const target = join(this.#data, checkKey(key));
    const spooled = await spool(body, this.#tmp);
    try {
      checkHash(key, spooled, options.sha256);
      await checkKept(key, spooled);
      const published = await this.#publish(spooled, target);
      if (!published) checkSame(key, spooled, await hashOf(target));
      await this.#notes.keep(key, { contentType: options.contentType, sha256: spooled.sha256 });
      return { key, bytes: spooled.bytes, sha256: spooled.sha256 };
    } finally {
      await spooled.remove();
    }
  }

  async get(key: string, range?: ByteRange): Promise<ObjectContent | undefined> {
    const found = await this.#open(key);
    if (found === undefined) return undefined;
    const { file, size } = found;
    try {
      const { contentType } = await this.#notes.read(key);
      const start = range?.start ?? 0;
      const end = lastByte(key, size, range);
      // An empty object has no last byte to stop at.
      const stream = file.createReadStream(size === 0 ? {} : { start, end });
      return { stream, bytes: end - start + 1, size, contentType };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const found = await this.#open(key);
    await found?.file.close();
    return found && { bytes: found.size, ...(await this.#notes.read(key)) };
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    // The note goes last: an object without note is complete, a note without object means nothing.
    for (const root of [this.#data, this.#notes.folder]) {
      await rm(join(root, key), { force: true }).catch(unlessNoSuchObject);
      await removeEmptyFolders(root, dirname(key));
    }
  }

  list(prefix: string): AsyncIterable<string> {
    return walk(this.#data, checkPrefix(prefix));
  }

  /**
   * Gives the finished file its name if nobody has it yet. A hard link, because unlike a rename it never
   * replaces: of two writers with different bytes exactly one wins.
   *
   * @returns false when the name was taken
   */
  async #publish(spooled: Spooled, target: string): Promise<boolean> {
    const folder = dirname(target);
    for (let attempt = 1; ; attempt++) {
      try {
        await makeDurableFolder(folder, this.#data);
        await link(spooled.path, target);
        await syncFolder(folder);
        return true;
      } catch (cause) {
        const code = codeOf(cause);
        if (code === 'EEXIST') return false;
        // A delete may remove the folder, empty for a moment, between the two steps.
        if (code === 'ENOENT' && attempt < 10) continue;
        if (cause instanceof ObjectStoreError) throw cause;
        throw new ObjectStoreError('unavailable', `cannot store ${target}: ${code}`, { cause });
      }
    }
  }

  async #open(key: string): Promise<{ file: FileHandle; size: number } | undefined> {
    const file = await open(join(this.#data, checkKey(key)), 'r').catch(unlessNoSuchObject);
    if (file === undefined) return undefined;
    const stats = await file.stat();
    if (stats.isFile()) return { file, size: stats.size };
    await file.close();
    return undefined;
  }
}

/** Before it gets its name: a disk that keeps other bytes than it was given is found out here. */
async function checkKept(key: string, { path, sha256 }: Spooled): Promise<void> {
  const kept = await hashOf(path);
  if (kept === sha256) return;
  throw new ObjectStoreError('corrupted', `${key}: the disk kept SHA-256 ${kept} of SHA-256 ${sha256}`);
}

/** Hash of the bytes on disk, not the one noted: what is kept must be what was meant, bit for bit. */
async function hashOf(path: string): Promise<string> {
  const found = await digest({ path }).catch((cause: unknown) => {
    const code = codeOf(cause);
    if (code === 'EISDIR')
      throw new ObjectStoreError('invalid_key', `${path} is a folder of objects`, { cause });
    // ENOENT too: deleted a moment after it was in the way.
    throw new ObjectStoreError('unavailable', `cannot read ${path}: ${code}`, { cause });
  });
  return found.sha256;
}

/** A key may run through another object, or name a folder of keys: neither is an object. */
function unlessNoSuchObject(cause: unknown): undefined {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ERR_FS_EISDIR')
    return undefined;
  throw new ObjectStoreError('unavailable', `cannot reach an object: ${code}`, { cause });
}
