/** Facts of one transaction; measured best between 500 and 2,000. */
const BATCH = 1_000;
/** Read ahead of the database before reading waits. */
const READ_AHEAD = 5_000;

/** Writes what is added in order, one batch at a time, while more is added. */
export class Batches<T> {
  /** Rejects with the first failure; nothing is written after it. */
  readonly failed: Promise<never>;
  private readonly fail: (error: unknown) => void;
  private readonly waiting: T[] = [];
  private writing: Promise<void> | undefined;
  private broken = false;

  constructor(private readonly write: (batch: readonly T[]) => Promise<void>) {
    const { promise, reject } = Promise.withResolvers<never>();
    // Whoever awaits it still gets the rejection.
    promise.catch(() => undefined);
    this.failed = promise;
    this.fail = reject;
  }

  /** Resolves when there is room for more. */
  async add(one: T): Promise<void> {
    this.waiting.push(one);
    this.writing ??= this.drain().finally(() => {
      this.writing = undefined;
    });
    if (this.waiting.length >= READ_AHEAD) await this.writing;
  }

  /** Resolves when nothing waits any more, or a write has failed. */
  async written(): Promise<void> {
    await this.writing;
  }

  private async drain(): Promise<void> {
    while (!this.broken && this.waiting.length > 0) {
      try {
        await this.write(this.waiting.splice(0, BATCH));
      } catch (error) {
        this.broken = true;
        this.fail(error);
      }
    }
  }
}
