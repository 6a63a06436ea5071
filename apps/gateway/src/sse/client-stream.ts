import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/** A client is told to come back after this, and up to as much more, so that all do not come at once, ms. */
const RETRY_MS = 1_000;
/** How long a slow client is waited for, ms. */
export interface Patience {
  /** While its notifier stands: it pings every 15 s, so whoever has taken nothing of two does not read. */
  readonly stallMs: number;
  /** For what is left when the notifier has let go of it. */
  readonly lastWordsMs: number;
}
const PATIENCE: Patience = { stallMs: 30_000, lastWordsMs: 2_000 };
const FRAME_END = '\n\n';

export const retryLine = (): string => `retry: ${RETRY_MS + Math.floor(Math.random() * RETRY_MS)}\n`;

/** The client's side of one relayed event stream. What it may owe the client is the buffer of its socket, no more. */
export class ClientStream {
  #tail = FRAME_END;

  constructor(
    private readonly client: ServerResponse,
    private readonly patience = PATIENCE,
  ) {}

  write(text: string): void {
    this.#tail = text.slice(-FRAME_END.length);
    this.client.write(text);
  }

  /**
   * Passes on what comes, as fast as the client takes it.
   * @throws when the notifier breaks off, the client stops reading, or `signal` aborts
   */
  async pass(body: Readable, signal: AbortSignal): Promise<void> {
    const letGo = lateAfterClose(body, this.patience.lastWordsMs);
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        this.#tail = (this.#tail + chunk.subarray(-FRAME_END.length).toString('latin1')).slice(
          -FRAME_END.length,
        );
        if (!this.client.write(chunk)) await this.#drained(AbortSignal.any([signal, letGo]));
      }
    } finally {
      body.destroy();
    }
  }

  /**
   * Ends it; after a whole frame with a word on when to come back, which inside one would spoil it. Resolves when the
   * client has it all, or was given up: it must hold up neither its connection nor the end of the process.
   */
  async end(): Promise<void> {
    if (this.client.writableEnded || this.client.destroyed) return;
    const ended = Promise.withResolvers<void>();
    this.client.once('close', ended.resolve);
    this.client.end(this.#tail === FRAME_END ? `${retryLine()}\n` : undefined);
    const late = setTimeout(() => this.client.destroy(), this.patience.lastWordsMs);
    await ended.promise;
    clearTimeout(late);
  }

  async #drained(signal: AbortSignal): Promise<void> {
    await once(this.client, 'drain', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(this.patience.stallMs)]),
    });
  }
}

/** Aborts some time after the notifier has broken off, which nobody who waits for a slow client would notice. */
function lateAfterClose(body: Readable, ms: number): AbortSignal {
  const late = new AbortController();
  body.once('close', () => setTimeout(() => late.abort(), ms).unref());
  return late.signal;
}
