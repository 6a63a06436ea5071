import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { StreamName } from '@zoetrope/contracts/streams';
import type { StreamCopy } from '@zoetrope/eventlog/stream-backup';
import { z } from 'zod';
import { OperatorError } from '../connections.js';
import type { SecretRow } from './secrets-dump.js';

/** What the folder says of itself. Written last, so a backup that broke off is none. */
const Manifest = z.object({
  format: z.literal(1),
  /** The broker's time at which it began, Unix ms: everything in it is as it was then. */
  at: z.number().int(),
  streams: z.record(z.string(), z.unknown()),
});
export interface BackupManifest {
  readonly format: 1;
  readonly at: number;
  readonly streams: Readonly<Partial<Record<StreamName, StreamCopy>>>;
}

/** Files of a backup: `streams/<name>.snapshot`, `secrets.jsonl`, `objects/`, `manifest.json`. */
export class BackupFolder {
  readonly objects: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
    this.objects = path.join(this.#folder, 'objects');
  }

  /** @throws OperatorError when it holds a backup already, or something else */
  async begin(): Promise<void> {
    await mkdir(path.join(this.#folder, 'streams'), { recursive: true, mode: 0o700 });
    const there = (await readdir(this.#folder)).filter((name) => name !== 'streams' && name !== 'objects');
    if (there.length > 0) throw new OperatorError(`${this.#folder} is not empty: name a new folder`);
  }

  stream(name: string): string {
    return path.join(this.#folder, 'streams', `${name}.snapshot`);
  }

  /** Opens a file for this user alone. `write` waits until it has room. */
  async writing(
    file: string,
    work: (write: (chunk: Uint8Array | string) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const to = createWriteStream(file, { mode: 0o600, flush: true });
    await work((chunk) => roomFor(to, chunk));
    to.end();
    await finished(to);
  }

  async writeSecrets(work: (write: (row: SecretRow) => Promise<void>) => Promise<unknown>): Promise<void> {
    await this.writing(path.join(this.#folder, 'secrets.jsonl'), async (write) => {
      await work((row) => write(`${JSON.stringify(row)}\n`));
    });
  }

  async secrets(): Promise<SecretRow[]> {
    const rows: SecretRow[] = [];
    const input = createReadStream(path.join(this.#folder, 'secrets.jsonl'));
    for await (const line of createInterface({ input })) rows.push(JSON.parse(line) as SecretRow);
    return rows;
  }

  async finish(manifest: BackupManifest): Promise<void> {
    const file = path.join(this.#folder, 'manifest.json');
    await writeFile(`${file}.tmp`, JSON.stringify(manifest, null, 2), { mode: 0o600, flush: true });
    await rename(`${file}.tmp`, file);
  }

  /** @throws OperatorError when there is no whole backup in the folder */
  async manifest(): Promise<BackupManifest> {
    const text = await readFile(path.join(this.#folder, 'manifest.json'), 'utf8').catch(() => {
      throw new OperatorError(`${this.#folder} holds no backup, or one that broke off`, 2);
    });
    return Manifest.parse(JSON.parse(text)) as BackupManifest;
  }
}

async function roomFor(to: WriteStream, chunk: Uint8Array | string): Promise<void> {
  if (to.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    to.once('drain', resolve);
    to.once('error', reject);
  });
}
