/**
 * Work in lanes: so many at once in each lane, none of which waits for another lane. What waits is bounded;
 * refused work has its alarm.
 */
export class Lanes {
  readonly #lanes = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
  ) {}

  /** True when work in this lane would start at once. */
  isFree(lane: string): boolean {
    return (this.#lanes.get(lane)?.running ?? 0) < this.atOnce;
  }

  /** @returns undefined, having done nothing, when too much waits in the lane; else the work's own outcome */
  run<T>(name: string, work: () => Promise<T>): Promise<T> | undefined {
    const lane = this.#lanes.get(name) ?? { running: 0, waiting: [] };
    if (lane.waiting.length >= this.maxWaiting) return undefined;
    this.#lanes.set(name, lane);
    return this.#inLane(name, lane, work);
  }

  async #inLane<T>(name: string, lane: { running: number; waiting: (() => void)[] }, work: () => Promise<T>) {
    if (lane.running < this.atOnce) lane.running++;
    else await new Promise<void>((start) => lane.waiting.push(start));
    try {
      return await work();
    } finally {
      // The slot goes to who waits longest, without being free in between.
      const next = lane.waiting.shift();
      if (next) next();
      else if (--lane.running === 0) this.#lanes.delete(name);
    }
  }
}
