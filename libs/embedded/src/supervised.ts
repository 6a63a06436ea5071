import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, type Exit, type Running } from './child.js';
import { errorText, StartFailure } from './start-failure.js';

export type PartState = 'starting' | 'ready' | 'died' | 'stopping' | 'stopped';

/** One change of one part, for a status display. */
export interface Status {
  part: string;
  state: PartState;
  /** How long the start or the stop took, in milliseconds. */
  ms?: number;
  /** Where it listens, or why it died. */
  detail?: string;
}

export interface SupervisedOptions<R extends Running> {
  name: string;
  start: (abort: AbortSignal) => Promise<R>;
  onStatus?: (status: Status) => void;
  /** What to show when it is ready. */
  describe?: (running: R) => string;
  /** Milliseconds to wait before restart number n of a row of quick deaths, from 0. */
  backoffMs?: (attempt: number) => number;
}

/** Restarts are endless, but never more often than this: 0.1, 0.4, 1.6, 6.4, then every 10 s. */
export const restartBackoffMs = (attempt: number): number => Math.min(10_000, 100 * 4 ** attempt);

/** Who ran this long was well; its next death starts a new row. */
const wellAfterMs = 30_000;

/** Keeps one process running until told to stop: whenever it dies, it is started again, with backoff. */
export class Supervised<R extends Running> {
  readonly #options: SupervisedOptions<R>;
  readonly #stopped = new AbortController();
  #deaths = 0;
  #now: R | undefined;
  #up: Promise<R> | undefined;
  #wait = new AbortController();

  constructor(options: SupervisedOptions<R>) {
    this.#options = options;
  }

  /** The first start. Its failure is the caller's; only later ones are tried again. */
  start(): Promise<R> {
    this.#up ??= this.#launch();
    return this.#up;
  }

  /** The running process: at once when it runs, else when its restart is ready. Rejects once stopped. */
  up(): Promise<R> {
    return this.#up ?? Promise.reject(new StartFailure(`${this.#options.name} was never started`));
  }

  /** Kills the process (SIGKILL by default); resolves when it is gone. It is then restarted as after any death. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#now?.kill(signal);
  }

  /** Stops it in good order and starts it again without waiting; resolves when it is ready. */
  async restart(): Promise<R> {
    this.#deaths = -1; // the one that follows is no failure
    this.#wait.abort();
    await this.#now?.stop();
    return this.up();
  }

  /** Stops it for good. Also while it is starting or waiting to be restarted. */
  async stop(): Promise<void> {
    const began = Date.now();
    if (!this.#up || this.#stopped.signal.aborted) return;
    this.#tell('stopping');
    this.#stopped.abort();
    this.#wait.abort();
    await this.#up.then((running) => running.stop()).catch(() => undefined); // it never came up again
    this.#tell('stopped', { ms: Date.now() - began });
  }

  #tell(state: PartState, more: Partial<Status> = {}): void {
    this.#options.onStatus?.({ part: this.#options.name, state, ...more });
  }

  async #launch(): Promise<R> {
    const began = Date.now();
    this.#tell('starting');
    const running = await this.#options.start(this.#stopped.signal);
    this.#now = running;
    this.#tell('ready', { ms: Date.now() - began, detail: this.#options.describe?.(running) });
    const startedAt = Date.now();
    void running.exited.then((exit) => this.#ended(exit, startedAt));
    return running;
  }

  #ended(exit: Exit, startedAt: number): void {
    this.#now = undefined;
    if (this.#stopped.signal.aborted) return;
    if (Date.now() - startedAt > wellAfterMs) this.#deaths = 0;
    if (this.#deaths >= 0) this.#tell('died', { detail: describeExit(exit) });
    this.#up = this.#again();
    this.#up.catch(() => undefined); // whoever asks for it gets the rejection
  }

  async #again(): Promise<R> {
    for (;;) {
      await this.#pause();
      if (this.#stopped.signal.aborted) throw new StartFailure(`${this.#options.name} was stopped`);
      try {
        return await this.#launch();
      } catch (error) {
        if (!this.#stopped.signal.aborted) this.#tell('died', { detail: errorText(error) });
      }
    }
  }

  async #pause(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#wait = new AbortController();
    const attempt = this.#deaths++;
    if (attempt < 0) return;
    const ms = (this.#options.backoffMs ?? restartBackoffMs)(attempt);
    await delay(ms, undefined, { signal: this.#wait.signal }).catch(() => undefined); // woken early
  }
}
