import { EventEmitter } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { folders, writeDurably } from './folders.js';
import { Journal, type JournalLine } from './journal.js';
import { isFinal, newPredictionId, type Prediction } from './prediction.js';

type New = Pick<Prediction, 'model' | 'input' | 'webhook' | 'webhookEvents' | 'faults' | 'deadline'>;

type Ending =
  | { event: 'succeeded'; output: string }
  | { event: 'failed'; error: string }
  | { event: 'canceled' };

/** What one journal line changes; replayed at start, applied live after the line is on disk. */
function evolve(prediction: Prediction, line: JournalLine): void {
  switch (line.event) {
    case 'created':
      return;
    case 'started':
      prediction.status = 'processing';
      prediction.startedAt ??= line.at;
      return;
    case 'succeeded':
    case 'failed':
    case 'canceled':
      prediction.status = line.event;
      prediction.completedAt = line.at;
      prediction.logs = line.logs;
      if (line.event === 'succeeded') prediction.output = line.output;
      if (line.event === 'failed') prediction.error = line.error;
      return;
    case 'notified':
      prediction.notified = true;
      return;
    case 'removed':
      prediction.input = undefined;
  }
}

/** All predictions, in memory and in the journal. */
@Injectable()
export class PredictionStore {
  readonly #all = new Map<string, Prediction>();
  readonly #changes = new EventEmitter<Record<string, []>>();
  readonly #inputs: string;
  readonly #outputs: string;

  constructor(
    private readonly journal: Journal,
    @Inject(CONFIG) config: Config,
  ) {
    ({ inputs: this.#inputs, outputs: this.#outputs } = folders(config.DATA_DIR));
    this.#changes.setMaxListeners(0);
  }

  /** Rebuilds everything from the journal. Call once, before anything else. */
  async restore(): Promise<void> {
    for (const line of await this.journal.open()) {
      if (line.event === 'created') {
        const { id, model, webhook, webhookEvents, faults, deadline, at } = line;
        const given = { id, model, webhook, webhookEvents, faults, deadline, createdAt: at };
        this.#all.set(id, { ...given, input: {}, status: 'starting', logs: '', notified: false });
      } else {
        const prediction = this.#all.get(line.id);
        if (prediction) evolve(prediction, line);
      }
    }
    const kept = this.all().filter((prediction) => prediction.input);
    for (const prediction of kept) prediction.input = await this.#readInput(prediction.id);
  }

  async #readInput(id: string): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(this.#inputPath(id), 'utf8')) as Record<string, unknown>;
  }

  #inputPath = (id: string) => join(this.#inputs, `${id}.json`);

  outputFolder = (id: string) => join(this.#outputs, id);

  /** Oldest first. */
  all(): Prediction[] {
    return [...this.#all.values()];
  }

  get(id: string): Prediction | undefined {
    return this.#all.get(id);
  }

  /** The input is on disk before the journal knows the prediction, so a known one can always run. */
  async create(given: New): Promise<Prediction> {
    const id = newPredictionId();
    const createdAt = new Date().toISOString();
    await writeDurably(this.#inputPath(id), JSON.stringify(given.input));
    const { model, webhook, webhookEvents, faults, deadline } = given;
    await this.journal.append({
      event: 'created',
      id,
      at: createdAt,
      model,
      webhook,
      webhookEvents,
      faults,
      deadline,
    });
    const prediction: Prediction = { ...given, id, createdAt, status: 'starting', logs: '', notified: false };
    this.#all.set(id, prediction);
    return prediction;
  }

  start(prediction: Prediction): Promise<void> {
    return this.#record(prediction, { event: 'started', id: prediction.id, at: new Date().toISOString() });
  }

  /** The first ending counts; a later one changes nothing and answers false. */
  async end(prediction: Prediction, ending: Ending): Promise<boolean> {
    if (isFinal(prediction)) return false;
    const { id, logs } = prediction;
    await this.#record(prediction, { ...ending, id, at: new Date().toISOString(), logs });
    return true;
  }

  notified(prediction: Prediction): Promise<void> {
    return this.#record(prediction, { event: 'notified', id: prediction.id, at: new Date().toISOString() });
  }

  /** Forgets what went in and came out; the prediction itself stays known. */
  async remove(prediction: Prediction): Promise<void> {
    await this.#record(prediction, { event: 'removed', id: prediction.id, at: new Date().toISOString() });
    await rm(this.#inputPath(prediction.id), { force: true });
    await rm(this.outputFolder(prediction.id), { recursive: true, force: true });
  }

  async #record(prediction: Prediction, line: JournalLine): Promise<void> {
    await this.journal.append(line);
    evolve(prediction, line);
    if (isFinal(prediction)) this.#changes.emit(prediction.id);
  }

  /** Resolves when the prediction has ended, or after `ms`. */
  async ended(prediction: Prediction, ms: number): Promise<void> {
    if (isFinal(prediction)) return;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#changes.off(prediction.id, finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.#changes.on(prediction.id, finish);
    });
  }
}
