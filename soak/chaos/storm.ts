import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { Results } from '../support/results.ts';
import type { Part } from './parts.ts';
import type { Work } from './work.ts';

/** Between two kills. */
const KILL_MS = [1_000, 4_500] as const;
/** How long a killer waits for its victim to have something in hand. */
const AMBUSH_MS = 3_000;
/** Longer than the 15 s that the broker waits for an acknowledgement, and than a lease's 10 s. */
const PAUSE_MS = [17_000, 20_000] as const;
const BETWEEN_PAUSES_MS = [4_000, 12_000] as const;
/** How often the least hit is chosen; else anybody is. */
const FAIR = 0.75;

export interface StormOptions {
  readonly ms: number;
  /** The folder that `support/inside.mjs` looks into. */
  readonly inside: string;
  /** Makes work for who decides in milliseconds and would hardly be met at it. */
  readonly stir: () => Promise<void>;
}

/** Kills and pauses, and a disk that is full once, for so long. Everything is up again when it is over. */
export class Storm {
  readonly #parts: readonly Part[];
  readonly #work: Work;
  readonly #random: Random;
  readonly #results: Results;
  readonly #options: StormOptions;
  readonly #over: AbortSignal;
  readonly #returning: Promise<void>[] = [];

  constructor(parts: readonly Part[], work: Work, random: Random, results: Results, options: StormOptions) {
    this.#parts = parts;
    this.#work = work;
    this.#random = random;
    this.#results = results;
    this.#options = options;
    this.#over = AbortSignal.timeout(options.ms);
  }

  async run(): Promise<void> {
    await Promise.all([this.#killing(), this.#pausing(), this.#fillingDisk()]);
    for (const part of this.#parts) part.resume();
    await Promise.all(this.#returning);
  }

  async #killing(): Promise<void> {
    while (await this.#waited(KILL_MS)) {
      const victim = this.#victim();
      if (!victim) continue;
      const stirred = victim.kind === 'quota' ? this.#options.stir() : undefined;
      await this.#work.busy(victim, AMBUSH_MS);
      if (!victim.isUp || this.#over.aborted) continue;
      this.#results.note(`kill -9 ${victim.name}${this.#work.isBusy(victim) ? '' : ', idle'}`);
      this.#returning.push(victim.kill(), ...(stirred ? [stirred] : []));
    }
  }

  /** Whoever was hit at work least often; of several NATS servers one at a time, while the others are there. */
  #victim(): Part | undefined {
    const fit = this.#parts.filter((part) => this.#maySuffer(part));
    if (this.#random.next() > FAIR) return fit.length > 0 ? this.#random.pick(fit) : undefined;
    const hits = fit.map((part) => this.#work.hits(part));
    const least = Math.min(...hits);
    const candidates = fit.filter((_, index) => hits[index] === least);
    return candidates.length > 0 ? this.#random.pick(candidates) : undefined;
  }

  #maySuffer(part: Part): boolean {
    const servers = this.#parts.filter(({ kind }) => kind === 'nats');
    return part.isUp && (part.kind !== 'nats' || servers.every(({ isUp }) => isUp));
  }

  /** PostgreSQL's processes share nothing with a postmaster that is stopped, so that one is only killed. */
  async #pausing(): Promise<void> {
    const all = this.#parts.filter(({ kind }) => kind !== 'postgres');
    for (let turn: Part[] = []; await this.#waited(BETWEEN_PAUSES_MS); ) {
      if (turn.length === 0) turn = this.#random.sample(all, all.length);
      const part = turn.shift();
      if (!part || !this.#maySuffer(part)) continue;
      const ms = this.#random.between(...PAUSE_MS);
      this.#results.note(`SIGSTOP ${part.name} for ${(ms / 1000).toFixed(1)} s`);
      await part.pause(ms);
    }
  }

  async #fillingDisk(): Promise<void> {
    const { ms, inside } = this.#options;
    if (!(await this.#waited([0.2 * ms, 0.6 * ms]))) return;
    writeFileSync(path.join(inside, 'disk-full'), '');
    this.#results.note('the disk of the objects is full, once');
  }

  /** @returns false when the storm is over */
  async #waited([from, to]: readonly [number, number]): Promise<boolean> {
    await delay(this.#random.between(from, to), undefined, { signal: this.#over }).catch(() => undefined);
    return !this.#over.aborted;
  }
}
