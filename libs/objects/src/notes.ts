import { access, readFile, rename } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { spool } from './digest.js';
import { codeOf, ObjectStoreError } from './errors.js';
import { makeDurableFolder } from './folders.js';

/** What a file cannot say of itself. */
export interface Note {
  readonly contentType: string;
  readonly sha256?: string;
}

/** The media types this system stores: what an object whose note was lost in a crash is served as. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.json': 'application/json',
};

/** The small files beside a file store's objects that keep their content types and hashes. */
export class Notes {
  constructor(
    readonly folder: string,
    private readonly tmp: string,
  ) {}

  /** Writes the note unless there is one: also the repair when a crash lost it, by repeating the put. */
  async keep(key: string, note: Note): Promise<void> {
    const target = join(this.folder, key);
    if (await exists(target)) return;
    const spooled = await spool(Buffer.from(JSON.stringify(note)), this.tmp);
    try {
      await this.#publish(spooled.path, target);
    } finally {
      await spooled.remove();
    }
  }

  /** The note, or what the key's extension promises when there is none. */
  async read(key: string): Promise<Note> {
    try {
      return JSON.parse(await readFile(join(this.folder, key), 'utf8'));
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== 'ENOENT' && code !== 'ENOTDIR') {
        throw new ObjectStoreError('unavailable', `cannot read the note of ${key}: ${code}`, { cause });
      }
      return { contentType: BY_EXTENSION[extname(key)] ?? 'application/octet-stream' };
    }
  }

  async #publish(path: string, target: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await makeDurableFolder(dirname(target), this.folder);
        return await rename(path, target);
      } catch (cause) {
        // A delete may remove the folder, empty for a moment, between the two steps.
        if (codeOf(cause) !== 'ENOENT' || attempt === 10) throw cause;
      }
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
