import type { Random } from '../support/random.ts';
import type { Results } from '../support/results.ts';
import { Reader, type ReaderKind, type Seen } from './reader.ts';
import type { Truth } from './truth.ts';

const KINDS: readonly ReaderKind[] = ['whole', 'whole', 'whole', 'range', 'slow'];

/** All readers, and what they saw, kept small: one line for each thing that must not be. */
export class Readers {
  done = 0;
  idle = 0;
  idleFromCache = 0;
  readonly #readers: Reader[];
  readonly #truth: Truth;
  readonly #stale: string[] = [];
  readonly #mixed: string[] = [];
  readonly #failures = new Map<string, number>();
  /** SHA-256 and bytes of each generation as readers got them. */
  readonly #versions = new Map<number, { sha256: string; bytes: Buffer }>();
  readonly #parts = new Map<number, { from: number; bytes: Buffer }[]>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(url: URL, count: number, truth: Truth, random: Random) {
    this.#truth = truth;
    this.#readers = Array.from({ length: count }, (_, index) => {
      const kind = KINDS[index % KINDS.length] as ReaderKind;
      const onSeen = (seen: Seen) => this.#take(seen);
      const onFailed = (why: string) => this.#failures.set(why, (this.#failures.get(why) ?? 0) + 1);
      return new Reader({ url, kind, truth, random, onSeen, onFailed });
    });
  }

  start(): void {
    this.#running = Promise.all(this.#readers.map((reader) => reader.run()));
  }

  async stop(): Promise<void> {
    for (const reader of this.#readers) reader.stop();
    await this.#running;
  }

  /** @param switched SHA-256 of each generation, from the log */
  check(results: Results, switched: ReadonlyMap<number, string>): void {
    const wrong = [...this.#versions].filter(
      ([generation, { sha256 }]) => switched.get(generation) !== sha256,
    );
    const backwards = this.#readers.flatMap((reader) => reader.backwards);
    results.rule('a read that began after ready returns that generation or a newer one', this.#stale);
    results.rule('a reader never gets an older generation than before', backwards);
    results.rule('an answer is one whole generation', [...this.#mixed, ...this.#unfit()]);
    results.rule(
      'a generation is the bytes that the log names',
      wrong.map(([generation]) => `${generation}`),
    );
    results.figure('reads', this.done);
    results.figure('reads while nothing was in flight', this.idle);
    results.figure(
      '… answered by Varnish',
      `${this.idleFromCache} (${percent(this.idleFromCache, this.idle)})`,
    );
    results.figure('generations seen', this.#versions.size);
    const failures = [...this.#failures].sort(([, a], [, b]) => b - a).map(([why, n]) => `${why} ${n}`);
    results.figure('reads that failed', failures.slice(0, 6).join(', ') || 'none');
  }

  #take(seen: Seen): void {
    this.done += 1;
    if (seen.idle) this.idle += 1;
    if (seen.idle && seen.fromCache) this.idleFromCache += 1;
    if (seen.generation < seen.floor) {
      this.#stale.push(
        `${seen.generation} after ${seen.floor} was announced${seen.fromCache ? ', by Varnish' : ''}`,
      );
    }
    if (seen.whole) this.#takeWhole(seen, seen.whole);
    if (seen.part) this.#takePart(seen.generation, seen.part);
    if (this.done % 50 === 0) this.#truth.changed();
  }

  #takeWhole({ generation, sha256 = '', etag }: Seen, bytes: Buffer): void {
    const known = this.#versions.get(generation);
    if (!known) this.#versions.set(generation, { sha256, bytes });
    if ((known && known.sha256 !== sha256) || etag !== `"${sha256}"`)
      this.#mixed.push(`generation ${generation}: ${sha256.slice(0, 8)} as ${etag.slice(0, 9)}`);
    for (const part of this.#parts.get(generation) ?? []) this.#takePart(generation, part);
    this.#parts.delete(generation);
  }

  #takePart(generation: number, part: { from: number; bytes: Buffer }): void {
    const known = this.#versions.get(generation);
    if (!known) return void this.#parts.set(generation, [...(this.#parts.get(generation) ?? []), part]);
    const { from, bytes } = part;
    if (!known.bytes.subarray(from, from + bytes.length).equals(bytes))
      this.#mixed.push(`a range of generation ${generation}`);
  }

  /** Ranges of a generation that nobody read whole. */
  #unfit(): string[] {
    return [...this.#parts.keys()]
      .filter((generation) => generation === 0)
      .map(() => 'a range of no generation');
  }
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
