import { setTimeout as delay } from 'node:timers/promises';
import { type Results, seconds } from '../support/results.ts';
import type { Part } from './parts.ts';
import type { Work } from './work.ts';

const LOOK_MS = 200;

/** Waits until nothing is left to do for anybody; says what is, when the log stands still before. */
export async function drained(
  parts: readonly Part[],
  work: Work,
  patienceMs: number,
  results: Results,
): Promise<void> {
  await Promise.all(parts.map((part) => part.pid()));
  const began = performance.now();
  work.lastFactAt = Date.now();
  while (work.left().length > 0) {
    if (Date.now() - work.lastFactAt > patienceMs) {
      results.rule('whatever was accepted comes to an end and is settled', work.left());
      return;
    }
    await delay(LOOK_MS); // the facts that came meanwhile are looked at
  }
  results.note(`everything has ended, ${seconds(performance.now() - began)} after the last request`);
}
