import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import type { Fault } from './faults.js';
import type { WebhookEvent } from './prediction.js';

interface Line<E extends string> {
  event: E;
  id: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** One line of the journal. Inputs are not in it: they are removed after an hour, a journal never. */
export type JournalLine =
  | (Line<'created'> & {
      model: string;
      webhook?: string;
      webhookEvents: WebhookEvent[];
      faults: Fault[];
      deadline?: string;
    })
  | Line<'started'>
  | (Line<'succeeded'> & { output: string; logs: string })
  | (Line<'failed'> & { error: string; logs: string })
  | (Line<'canceled'> & { logs: string })
  | Line<'notified'>
  | Line<'removed'>;

interface Waiting {
  line: JournalLine;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Cuts off the half line that a kill in the middle of a write can leave at the end. */
function completeLines(text: string): { lines: JournalLine[]; length: number } {
  const end = text.lastIndexOf('\n') + 1;
  const lines = text.slice(0, end).split('\n').filter(Boolean);
  return {
    lines: lines.map((line) => JSON.parse(line) as JournalLine),
    length: Buffer.byteLength(text.slice(0, end)),
  };
}

/** Append-only JSONL in the data folder. A line is on disk before `append` resolves. */
@Injectable()
export class Journal implements OnModuleDestroy {
  readonly #path: string;
  readonly #waiting: Waiting[] = [];
  #file: FileHandle | undefined;
  #writing: Promise<void> | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.#path = join(config.DATA_DIR, 'journal.jsonl');
  }

  /** Opens the journal and gives what it says so far. Call once, before the first append. */
  async open(): Promise<JournalLine[]> {
    await mkdir(this.config.DATA_DIR, { recursive: true });
    this.#file = await open(this.#path, 'a+');
    const { lines, length } = completeLines(await readFile(this.#path, 'utf8'));
    await this.#file.truncate(length);
    return lines;
  }

  async read(): Promise<JournalLine[]> {
    return completeLines(await readFile(this.#path, 'utf8')).lines;
  }

  append(line: JournalLine): Promise<void> {
    const written = new Promise<void>((resolve, reject) => this.#waiting.push({ line, resolve, reject }));
    this.#writing ??= this.#drain();
    return written;
  }

  /** Lines that arrive during one fsync share the next one. */
  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        if (!this.#file) throw new Error('the journal is not open');
        await this.#file.appendFile(batch.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
        await this.#file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async onModuleDestroy(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }
}
