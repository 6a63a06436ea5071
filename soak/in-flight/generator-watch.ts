import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs, treeBytes } from '../support/memory.ts';
import { megabytes, type Results } from '../support/results.ts';
import type { SoakSystem } from '../support/system.ts';

/** What the task allows the generator while everything is in flight. */
const LIMIT_BYTES = 300 * 2 ** 20;
const SAMPLES = 10;
const EVERY_MS = 500;

/** The one generator process, as the system's kernel sees it. */
export class GeneratorWatch {
  readonly #system: SoakSystem;
  readonly #results: Results;

  constructor(system: SoakSystem, results: Results) {
    this.#system = system;
    this.#results = results;
  }

  /** Measures for five seconds and keeps the largest. */
  async memory(when: string): Promise<number> {
    const { pid } = await this.#system.services.generator.up();
    const cpuBefore = cpuMs(pid);
    let most = 0;
    for (let sample = 0; sample < SAMPLES; sample++) {
      most = Math.max(most, treeBytes(pid));
      await delay(EVERY_MS);
    }
    const busy = (cpuMs(pid) - cpuBefore) / (SAMPLES * EVERY_MS);
    const taken = `${megabytes(most)} PSS, ${(busy * 100).toFixed(0)} % of a core`;
    this.#results.figure(`generator ${when}`, taken);
    this.#results.note(`generator ${when}: ${taken}`);
    return most;
  }

  async memoryWithin(when: string): Promise<void> {
    const bytes = await this.memory(when);
    if (bytes >= LIMIT_BYTES)
      this.#results.violation(
        `the generator takes ${megabytes(bytes)} ${when}, ${megabytes(LIMIT_BYTES)} allowed`,
      );
  }
}
