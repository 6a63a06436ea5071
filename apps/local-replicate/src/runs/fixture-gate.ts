import { Injectable } from '@nestjs/common';

/** Holds predictions of the fixture model in flight for as long as a test wants them there. Kept in memory. */
@Injectable()
export class FixtureGate {
  #closed: PromiseWithResolvers<void> | undefined;

  close(): void {
    this.#closed ??= Promise.withResolvers();
  }

  /** Everything that waits goes on at once. */
  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Resolves when the gate is open; rejects with the reason of an abort. */
  async passed(signal: AbortSignal): Promise<void> {
    if (!this.#closed) return;
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([this.#closed.promise, promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }
}
