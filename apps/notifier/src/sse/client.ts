import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Timings } from '../config.js';
import { PING, retryLine } from './frames.js';

/** A client this far behind is disconnected; it resumes with its last id. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
const RETRY_MS = 1_000;
const LAST_WORDS_MS = 1_000;

/** The socket side of one SSE connection: pings, its longest life, and a bound on what it may owe the client. */
export class SseClient {
  readonly #closing = new AbortController();
  readonly #ping: NodeJS.Timeout;
  readonly #life: NodeJS.Timeout;

  /** Sends the headers at once. `headers` are those that hooks have put on the reply. */
  constructor(
    private readonly response: ServerResponse,
    headers: Record<string, string>,
    timings: Pick<Timings, 'pingMs' | 'connectionMs'>,
  ) {
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    response.on('error', () => this.#close());
    response.on('close', () => this.#close());
    this.#ping = setInterval(() => this.write(PING), timings.pingMs);
    this.#life = setTimeout(() => this.end(), timings.connectionMs);
    // Gone while its cursor was looked up: its `close` will not come again.
    if (response.destroyed || response.socket?.destroyed !== false) this.#close();
  }

  /** Aborted when the connection is over, whoever ended it. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Never blocks. A client that reads too slowly is cut off rather than remembered. */
  write(text: string): void {
    if (this.closed.aborted) return;
    // Before the write: one long frame, or many in one turn of the event loop, say nothing about the client.
    if (this.response.writableLength > MAX_BUFFERED_BYTES) this.response.destroy();
    else this.response.write(text);
  }

  /** Waits until the client has taken what was written; rejects when it is gone. */
  async drained(): Promise<void> {
    if (this.response.writableNeedDrain) await once(this.response, 'drain', { signal: this.closed });
  }

  /** Ends in good order and says when to come back; spread, so that all do not come at once. */
  end(): void {
    if (this.closed.aborted) return;
    this.response.end(retryLine(RETRY_MS + Math.floor(Math.random() * RETRY_MS)));
    // One that takes nothing any more must not hold up the end of the process.
    const late = setTimeout(() => this.response.destroy(), LAST_WORDS_MS);
    this.response.once('close', () => clearTimeout(late));
    this.#close();
  }

  #close(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#life);
    this.#closing.abort();
  }
}
