import { setTimeout as delay } from 'node:timers/promises';

/** The cache wants no request before that; what is waiting goes out together then. */
export class NotBefore extends Error {
  override readonly name = 'NotBefore';
  constructor(readonly retryAfterMs: number) {
    super(`rate limited for ${retryAfterMs} ms`);
  }
}

interface Waiting {
  readonly item: string;
  readonly done: PromiseWithResolvers<void>;
}

export interface BatchOptions {
  /** Most items of one request. */
  readonly most: number;
  /** How long the first of a batch waits for others, ms. */
  readonly gatherMs: number;
  /** One request for all of them. @throws NotBefore to have the same items sent again later */
  readonly send: (items: readonly string[], signal: AbortSignal) => Promise<void>;
  /** For one request, ms. */
  readonly timeoutMs: number;
}

/**
 * Puts what many ask at the same time into few requests, one after the other, since CDNs limit requests far more than
 * what stands in them (Cloudflare Free: 5 purges by tag a minute, of 100 tags each).
 */
export class Batches {
  readonly #options: BatchOptions;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** Resolves once a request with the item succeeded. Gives up, and leaves the batch, when `signal` aborts. */
  async add(item: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiting: Waiting = { item, done: Promise.withResolvers<void>() };
    const leave = () => {
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      waiting.done.reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.push(waiting);
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    try {
      await waiting.done.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  async #work(): Promise<void> {
    await delay(this.#options.gatherMs);
    while (this.#waiting.length > 0) {
      const items = new Set<string>();
      for (const { item } of this.#waiting) if (items.size < this.#options.most) items.add(item);
      const batch = this.#waiting.filter(({ item }) => items.has(item));
      try {
        await this.#options.send([...items], AbortSignal.timeout(this.#options.timeoutMs));
        this.#settle(batch, ({ done }) => done.resolve());
      } catch (error) {
        if (error instanceof NotBefore) await delay(error.retryAfterMs);
        else this.#settle(batch, ({ done }) => done.reject(error));
      }
    }
  }

  #settle(batch: readonly Waiting[], how: (waiting: Waiting) => void): void {
    this.#waiting = this.#waiting.filter((one) => !batch.includes(one));
    batch.forEach(how);
  }
}

/** `Retry-After` in seconds (RFC 9110 10.2.3), else a guess, as ms. */
export const retryAfterMs = (value: string | null | undefined, fallback: number): number => {
  const seconds = Number(value);
  return value && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : fallback;
};
