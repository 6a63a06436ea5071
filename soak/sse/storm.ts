import { setTimeout as delay } from 'node:timers/promises';
import type { Customer } from '../support/customer.ts';
import type { Random } from '../support/random.ts';
import type { Results } from '../support/results.ts';
import type { SoakSystem } from '../support/system.ts';
import type { Client } from './client.ts';
import type { Asset } from './stage.ts';

export interface StormOptions {
  readonly generations: number;
  readonly cuts: number;
  readonly kills: number;
  readonly restarts: number;
}

/** Generations of the whole run under way at a time, and how often one is superseded by the next of its asset. */
const AT_ONCE = 6;
const SUPERSEDE = 0.1;
const LOOK_MS = 100;
const PATIENCE_MS = 180_000;

/** Generations, cuts, kills and restarts at the same time; what happens when is chosen by the seed. */
export class Storm {
  readonly #system: SoakSystem;
  readonly #customer: Customer;
  readonly #clients: readonly Client[];
  readonly #random: Random;
  readonly #results: Results;
  readonly #options: StormOptions;
  #accepted: number;
  #isOver = false;

  constructor(
    system: SoakSystem,
    customer: Customer,
    clients: readonly Client[],
    random: Random,
    results: Results,
    options: StormOptions,
    accepted: number,
  ) {
    this.#system = system;
    this.#customer = customer;
    this.#clients = clients;
    this.#random = random;
    this.#results = results;
    this.#options = options;
    this.#accepted = accepted;
  }

  /** Ends when every generation has ended, every cut was made and every process is back. @returns generations */
  async run(assets: readonly Asset[]): Promise<number> {
    const faults = Promise.all([
      ...this.#clients.map((client) => this.#cut(client)),
      this.#at(this.#options.kills, () => this.#killNotifier()),
      this.#at(this.#options.restarts, (n) => this.#restartNats(n)),
    ]).finally(() => {
      this.#isOver = true;
    });
    const workers = Array.from({ length: Math.min(AT_ONCE, assets.length) }, (_, index, all = AT_ONCE) =>
      this.#work(assets.filter((_asset, n) => n % Math.min(all, assets.length) === index)),
    );
    await Promise.all([faults, ...workers]);
    return this.#accepted;
  }

  /** As many as were asked for, and on until the last cut: what is cut should have something to miss. */
  async #work(mine: readonly Asset[]): Promise<void> {
    while (!this.#isOver || this.#accepted < this.#options.generations) {
      const asset = this.#random.pick(mine);
      this.#accepted += 1;
      await this.#regenerate(asset);
      if (this.#random.next() < SUPERSEDE) continue;
      await this.#ended(asset);
    }
    for (const asset of mine) await this.#ended(asset);
  }

  async #regenerate({ id }: Asset): Promise<void> {
    const { status, text } = await this.#customer.regenerate(id);
    if (status !== 200) throw new Error(`regenerate was answered ${status} ${text}`);
  }

  async #ended({ id }: Asset): Promise<void> {
    const began = performance.now();
    for (;;) {
      const answer = await this.#customer.call<{ asset?: { status: string } }>('GET', `/api/assets/${id}`);
      const status = answer.body?.asset?.status;
      if (status !== undefined && status !== 'pending') return;
      if (performance.now() - began > PATIENCE_MS) throw new Error(`${id} stays ${answer.text}`);
      await delay(LOOK_MS * 2);
    }
  }

  /** Spread over the run; a link is cut only while something comes over it. */
  async #cut(client: Client): Promise<void> {
    await this.#at(this.#options.cuts, async () => {
      await this.#until(`${client.kind} of ${client.stream.path} is connected`, () => client.canBeCut);
      client.cut();
    });
  }

  async #killNotifier(): Promise<void> {
    const copy = this.#random.pick(this.#system.copies.notifier);
    await copy.kill('SIGKILL');
    await copy.up();
    this.#results.note('killed a notifier');
  }

  /** In good order and by force, in turn. */
  async #restartNats(n: number): Promise<void> {
    const { nats } = this.#system.servers;
    if (!nats) throw new Error('there is no NATS of our own');
    if (n % 2 === 0) await nats.restart();
    else await nats.kill('SIGKILL');
    await nats.up();
    this.#results.note(`NATS was ${n % 2 === 0 ? 'restarted' : 'killed'}`);
  }

  /** Does it so many times, whenever the count of generations passes a random mark. */
  async #at(times: number, work: (n: number) => Promise<void>): Promise<void> {
    const first = this.#accepted;
    const span = this.#options.generations - first;
    const marks = Array.from({ length: times }, () => first + this.#random.next() * span).sort(
      (a, b) => a - b,
    );
    for (const [n, mark] of marks.entries()) {
      await this.#until(`generation ${mark}`, () => this.#accepted >= mark);
      await work(n);
    }
  }

  async #until(what: string, reached: () => boolean): Promise<void> {
    const began = performance.now();
    while (!reached()) {
      if (performance.now() - began > PATIENCE_MS * 10) throw new Error(`waited in vain until ${what}`);
      await delay(LOOK_MS);
    }
  }
}
