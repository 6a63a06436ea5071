/** How an endpoint is treated; times in ms. */
export interface Pace {
  /** Requests at once. */
  readonly atOnce: number;
  /** Deliveries that wait in memory for one of them. */
  readonly waiting: number;
  /** Requests in a row without an answer, or answered as broken, that open the circuit. */
  readonly failures: number;
  /** Longest pause after that, half of it at least; doubles with each failed probe, up to the longest. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
  /** Nobody is given an appointment further ahead, so that what waits for a dead endpoint notices its recovery. */
  readonly horizonMs: number;
}

export const PACE: Pace = {
  atOnce: 10,
  waiting: 50,
  failures: 5,
  pauseMs: 30_000,
  longestPauseMs: 300_000,
  horizonMs: 600_000,
};

/** What one request came to, for the endpoint as a whole. `broken`: no answer at all, or 5xx or 429. */
export interface Settled {
  readonly broken: boolean;
  readonly latencyMs: number;
}

/** Below this an endpoint counts as quick, ms. */
const QUICK_MS = 500;

/** What waited in memory and was sent away, since its endpoint turned out to be slow. It did nothing. */
export const SENT_AWAY = Symbol('sent away');

/**
 * One endpoint's lane in this process: so many requests at once, a few more that wait in memory, and an appointment for
 * everybody else, spaced by how long the endpoint takes. After failures in a row the circuit opens: nobody is let in for
 * a pause, then one at a time until one succeeds. Postponing uses up no attempt.
 */
export class Lane {
  /** When each began, oldest first. */
  readonly #running = new Map<symbol, number>();
  readonly #waiting: ((turn: boolean) => void)[] = [];
  #latencyMs = QUICK_MS;
  #failures = 0;
  #pauseMs = 0;
  #closedUntil = 0;
  #booked = 0;
  #quick = false;
  /** It has answered in this process's time. */
  #known = false;

  constructor(
    private readonly pace: Pace,
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** Its last request succeeded within half a second: the next one most likely will. */
  get isQuick(): boolean {
    return this.#quick && this.#running.size < this.#width;
  }

  /** It has answered, and has not failed since. How long it takes now may be our own doing, on a busy machine. */
  get isTrusted(): boolean {
    return this.#known && this.#failures === 0;
  }

  get isIdle(): boolean {
    return this.#running.size === 0 && this.#waiting.length === 0 && this.#failures === 0;
  }

  /**
   * Runs the work now or when its turn comes.
   * @returns undefined, having done nothing, when it should come again later: `appointment` says when. What waits is
   *   told so by SENT_AWAY when the circuit opens.
   */
  run<T>(work: () => Promise<T>): Promise<T | typeof SENT_AWAY> | undefined {
    if (this.now() < this.#closedUntil) return undefined;
    const full = this.#running.size >= this.#width;
    // A stranger that hangs shows it by now.
    const hopeless = this.#failures > 0 || this.#unansweredMs >= QUICK_MS;
    if (full && (hopeless || this.#waiting.length >= this.pace.waiting)) return undefined;
    return this.#inTurn(work, full);
  }

  /** When to come again, Unix ms. */
  appointment(): number {
    const [now, spacingMs] = [this.now(), this.#spacingMs];
    const { horizonMs } = this.pace;
    const at = Math.max(now + spacingMs, this.#closedUntil, this.#booked);
    const latest = now + horizonMs;
    this.#booked = Math.min(at + spacingMs, latest);
    return at < latest ? at : Math.round(latest - (this.random() * horizonMs) / 4);
  }

  settle({ broken, latencyMs }: Settled): void {
    const now = this.now();
    this.#latencyMs = (this.#latencyMs + latencyMs) / 2;
    this.#quick = !broken && latencyMs < QUICK_MS;
    if (!broken) {
      this.#failures = this.#pauseMs = this.#closedUntil = 0;
      this.#known = true;
      return;
    }
    this.#failures++;
    // Those that were under way when it opened say nothing new.
    if (this.#failures < this.pace.failures || now < this.#closedUntil) return;
    this.#pauseMs = Math.min(this.#pauseMs * 2 || this.pace.pauseMs, this.pace.longestPauseMs);
    // Half of it by chance: endpoints that fell silent together are not all tried again together.
    this.#closedUntil = now + this.#pauseMs * (1 + this.random()) * 0.5;
    for (const start of this.#waiting.splice(0)) start(false);
  }

  get #width(): number {
    return this.#failures >= this.pace.failures ? 1 : this.pace.atOnce;
  }

  /** How long the oldest request of one that is not trusted has been without an answer: what hangs tells so before it ends. */
  get #unansweredMs(): number {
    if (this.isTrusted) return 0;
    const [since = Number.POSITIVE_INFINITY] = this.#running.values();
    return Math.max(0, this.now() - since);
  }

  get #spacingMs(): number {
    return Math.max(5, Math.max(this.#latencyMs, this.#unansweredMs) / this.#width);
  }

  async #inTurn<T>(work: () => Promise<T>, full: boolean): Promise<T | typeof SENT_AWAY> {
    const one = Symbol('one');
    if (!full) this.#running.set(one, this.now());
    else if (!(await this.#turn(one))) return SENT_AWAY;
    try {
      return await work();
    } finally {
      this.#running.delete(one);
      this.#waiting.shift()?.(true);
    }
  }

  /** Waits for a slot, which is held from the moment it is given, so that nobody slips in before. False: sent away. */
  #turn(one: symbol): Promise<boolean> {
    return new Promise((resolve) =>
      this.#waiting.push((turn) => {
        if (turn) this.#running.set(one, this.now());
        resolve(turn);
      }),
    );
  }
}

const MAX_REMEMBERED = 10_000;

/** Lanes by endpoint. What they know is lost with the process and learnt again. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  constructor(
    private readonly pace: Pace = PACE,
    private readonly now: () => number = Date.now,
    private readonly random: () => number = Math.random,
  ) {}

  of(endpoint: string): Lane {
    const lane = this.#lanes.get(endpoint) ?? new Lane(this.pace, this.now, this.random);
    this.#lanes.delete(endpoint); // Written last again: the map forgets who was not asked for longest.
    this.#lanes.set(endpoint, lane);
    if (this.#lanes.size > MAX_REMEMBERED) this.#forget();
    return lane;
  }

  #forget(): void {
    for (const [endpoint, lane] of this.#lanes) {
      if (!lane.isIdle) continue;
      this.#lanes.delete(endpoint);
      return;
    }
  }
}
