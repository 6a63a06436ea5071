import type { Random } from '../support/random.ts';
import type { Results } from '../support/results.ts';
import type { SoakSystem } from '../support/system.ts';
import type { Progress } from './progress.ts';

export type Phase = 'starting' | 'in flight' | 'completing';
const PHASES: readonly Phase[] = ['starting', 'in flight', 'completing'];

/** kill -9 of the generator, spread over the phases of a run; the moment inside a phase is chosen by chance. */
export class Kills {
  done = 0;
  readonly #system: SoakSystem;
  readonly #random: Random;
  readonly #results: Results;
  readonly #wanted: number;

  constructor(system: SoakSystem, random: Random, results: Results, wanted: number) {
    this.#system = system;
    this.#random = random;
    this.#results = results;
    this.#wanted = wanted;
  }

  /** Kills as often as this phase's share says, whenever `counted()` of `total` passes a random mark. */
  async during(phase: Phase, progress: Progress, total: number, counted: () => number): Promise<void> {
    const share = PHASES.indexOf(phase);
    const times = Array.from({ length: this.#wanted }, (_, index) => index % PHASES.length).filter(
      (at) => at === share,
    );
    const marks = times.map(() => Math.floor(this.#random.between(0.1, 0.9) * total)).sort((a, b) => a - b);
    for (const mark of marks) {
      await progress.until(`${mark} ${phase}`, () => counted() >= mark);
      await this.#kill(`${phase}, at ${counted()} of ${total}`);
    }
  }

  async #kill(when: string): Promise<void> {
    const began = performance.now();
    const generator = this.#system.services.generator;
    await generator.kill('SIGKILL');
    await generator.up();
    this.done++;
    this.#results.note(`killed the generator (${when}); up again after ${ms(began)} ms`);
  }
}

const ms = (since: number): string => (performance.now() - since).toFixed(0);
