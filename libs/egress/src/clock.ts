import { EgressError } from './errors.js';

/**
 * The clocks of one guarded fetch. Whatever runs out first, or the caller's own signal, aborts `signal`
 * with the EgressError to report, so each waiting place needs no clock of its own.
 */
export class FetchClock {
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#fail(new EgressError('aborted', 'cancelled by the caller'));

  constructor(totalTimeoutMs: number, outer?: AbortSignal) {
    this.#total = this.#start('total', totalTimeoutMs);
    this.#outer = outer;
    outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
    if (outer?.aborted) this.#onOuterAbort();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Runs one phase under its own limit. What it rejects with after an abort is the abort's reason. */
  async phase<T>(phase: 'connect' | 'headers', limitMs: number, work: () => Promise<T>): Promise<T> {
    const timer = this.#start(phase, limitMs);
    try {
      return await this.race(work());
    } finally {
      clearTimeout(timer);
    }
  }

  /** Settles with the work, or rejects at once when a clock runs out, even if the work cannot be stopped. */
  async race<T>(work: Promise<T>): Promise<T> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(this.signal.reason);
    this.signal.addEventListener('abort', onAbort, { once: true });
    if (this.signal.aborted) onAbort();
    try {
      return await Promise.race([aborted.promise, work]);
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Stops every timer; must be called once the fetch has ended either way. */
  stop(): void {
    clearTimeout(this.#total);
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }

  #start(phase: 'connect' | 'headers' | 'total', limitMs: number): NodeJS.Timeout {
    const message = `no ${phase === 'total' ? 'complete answer' : phase} within ${limitMs} ms`;
    return setTimeout(() => this.#fail(new EgressError('timeout', message, { phase })), limitMs);
  }

  #fail(error: EgressError): void {
    this.#abort.abort(error);
  }
}
