import type { RawLog } from '../support/raw-log.ts';

/** What is known of the asset's generations while readers read: from events and from the log, never from our libs. */
export class Truth {
  /** Newest generation whose `ready` was seen. */
  announced = 0;
  /** From a regenerate's call to its announcement. */
  inFlight = false;
  /** Videos that were stored and purges that reached Varnish, so far. */
  stored = 0;
  purges = 0;
  /** Purges under way while a fill was open. */
  fillsAtPurges = 0;
  /** Storable fills that were open when a generation's video had just been stored. */
  fillsAtStored = 0;
  readonly #waiting = new Set<() => void>();

  /** Something was seen: whoever waits looks again. */
  changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  async until(what: string, holds: () => boolean, patienceMs: number): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => holds() && resolve();
    const timer = setTimeout(
      () => reject(new Error(`not within ${patienceMs / 1000} s: ${what}`)),
      patienceMs,
    );
    timer.unref(); // a fill that is held for good must not hold the run's end
    this.#waiting.add(check);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(check);
    }
  }
}

/** SHA-256 of every generation's video that was ever switched to, from the log. */
export async function switchedVideos(log: RawLog, assetId: string): Promise<Map<number, string>> {
  const facts = await log.read('ASSETS', `asset.${assetId.slice(0, 2)}.${assetId}.video`);
  return new Map(
    facts
      .filter(({ type }) => type === 'VideoSwitched')
      .map(({ data }) => [Number(data.generation), String(data.sha256)]),
  );
}
