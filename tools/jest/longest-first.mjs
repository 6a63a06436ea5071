import path from 'node:path';
import TestSequencer from '@jest/test-sequencer';
import { guessedSeconds } from './guessed-seconds.mjs';

/**
 * Starts the longest specs first, so that no worker is left with one at the end while the others idle. Jest
 * does so by itself only where its cache knows the times, which a fresh clone has not.
 */
export default class LongestFirst extends TestSequencer {
  sort(tests) {
    const timed = tests.map((test) => ({ test, ms: this.#msOf(test) }));
    return timed.sort((a, b) => b.ms - a.ms).map(({ test }) => test);
  }

  #msOf(test) {
    const [, took] = this._getCache(test)[test.path] ?? [];
    return took || guessedSeconds(test.path.replaceAll(path.sep, '/')) * 1_000;
  }
}
