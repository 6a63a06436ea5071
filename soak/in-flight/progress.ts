import type { Fact, RawLog } from '../support/raw-log.ts';
import { Violation } from '../support/soak.ts';

const OPENING = new Set(['PredictionCreated']);
const CLOSING = new Set(['StageCompleted', 'StageFailed', 'GenerationFailed', 'GenerationCancelled']);
const PREDICTIONS = new Set(['single', 'stage1', 'stage2']);

/** How far the crowd's generations are, from the facts as they are stored. */
export class Progress {
  /** Assets whose generation has a recorded prediction that has not ended. */
  readonly inFlight = new Set<string>();
  /** Assets that had one at any time. */
  readonly begun = new Set<string>();
  readonly ready = new Set<string>();
  readonly charged = new Set<string>();
  #lastFactAt = Date.now();
  #stop: () => void = () => {};
  readonly #patienceMs: number;
  readonly #waiting = new Set<() => void>();

  private constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  static async follow(log: RawLog, patienceMs: number): Promise<Progress> {
    const progress = new Progress(patienceMs);
    const see = (fact: Fact) => progress.#see(fact);
    const followed = [await log.follow('ASSETS', '>', see), await log.follow('QUOTA', '>', see)];
    progress.#stop = () => {
      for (const each of followed) each.stop();
    };
    return progress;
  }

  stop(): void {
    this.#stop();
  }

  /** Resolves once `reached()` is true. @throws Violation when no fact at all came for as long as the patience */
  async until(what: string, reached: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (reached()) resolve();
    };
    const timer = setInterval(() => {
      const silentMs = Date.now() - this.#lastFactAt;
      if (silentMs > this.#patienceMs) reject(new Violation(`${what}: no new fact for ${silentMs} ms`));
    }, 500).unref();
    this.#waiting.add(check);
    check();
    try {
      await promise;
    } finally {
      clearInterval(timer);
      this.#waiting.delete(check);
    }
  }

  #see({ type, data }: Fact): void {
    this.#lastFactAt = Date.now();
    const asset = String(data.assetId);
    if (OPENING.has(type)) {
      this.inFlight.add(asset);
      this.begun.add(asset);
    } else if (CLOSING.has(type) && (data.stage === undefined || PREDICTIONS.has(String(data.stage)))) {
      this.inFlight.delete(asset);
    } else if (type === 'GenerationReady') {
      this.ready.add(asset);
    } else if (type === 'GenerationCharged') {
      this.charged.add(asset);
    }
    for (const check of this.#waiting) check();
  }
}
