import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { folders, writeDurably } from '../predictions/folders.js';

export interface StoredFile {
  id: string;
  name: string;
  contentType: string;
  size: number;
  sha256: string;
  md5: string;
  metadata: Record<string, unknown>;
  /** ISO 8601, UTC. */
  createdAt: string;
  expiresAt: string;
}

/** Replicate keeps uploaded files for a day. */
const KEPT_MS = 24 * 3600 * 1000;
const ID = /^[A-Za-z0-9_-]{16,64}$/;

/** Uploaded files: the bytes, and beside them a JSON with what is known about them. */
@Injectable()
export class FileStore {
  readonly #folder: string;

  constructor(@Inject(CONFIG) config: Config) {
    this.#folder = folders(config.DATA_DIR).files;
  }

  async create(
    bytes: Buffer,
    given: Pick<StoredFile, 'name' | 'contentType' | 'metadata'>,
  ): Promise<StoredFile> {
    const hash = (name: string) => createHash(name).update(bytes).digest('hex');
    const now = Date.now();
    const file: StoredFile = {
      ...given,
      id: randomBytes(24).toString('base64url'),
      size: bytes.length,
      sha256: hash('sha256'),
      md5: hash('md5'),
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + KEPT_MS).toISOString(),
    };
    await writeDurably(this.#bytes(file.id), bytes);
    await writeDurably(this.#facts(file.id), JSON.stringify(file));
    return file;
  }

  #bytes = (id: string) => join(this.#folder, `${id}.bin`);
  #facts = (id: string) => join(this.#folder, `${id}.json`);

  async get(id: string): Promise<StoredFile | undefined> {
    if (!ID.test(id)) return undefined;
    const text = await readFile(this.#facts(id), 'utf8').catch(ifMissing);
    const file = text === undefined ? undefined : (JSON.parse(text) as StoredFile);
    return file && Date.parse(file.expiresAt) > Date.now() ? file : undefined;
  }

  async read(id: string): Promise<Buffer | undefined> {
    return (await this.get(id)) && readFile(this.#bytes(id)).catch(ifMissing);
  }

  async list(): Promise<StoredFile[]> {
    const names = (await readdir(this.#folder).catch(ifMissing)) ?? [];
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
    const files = await Promise.all(ids.map((id) => this.get(id)));
    return files.filter((file) => file !== undefined).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** False when there was no such file. */
  async delete(id: string): Promise<boolean> {
    if (!(await this.get(id))) return false;
    await rm(this.#facts(id), { force: true });
    await rm(this.#bytes(id), { force: true });
    return true;
  }

  /** Deletes what is a day old. */
  async sweep(): Promise<void> {
    const names = (await readdir(this.#folder).catch(ifMissing)) ?? [];
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      const id = name.slice(0, -'.json'.length);
      if (await this.get(id)) continue;
      await rm(this.#facts(id), { force: true });
      await rm(this.#bytes(id), { force: true });
    }
  }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
