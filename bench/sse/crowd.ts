import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Longest text in which a frame's number may be split between two chunks. */
const TAIL = 64;
const AT_ONCE = 50;
const PATIENCE_MS = 120_000;

/** Bare sockets that watch one address; each frame has a number in it, and each client notes when it came. */
export class Crowd {
  readonly #port: number;
  readonly #path: string;
  readonly #sockets: Socket[] = [];
  /** Milliseconds from when a numbered event was sent until each client had it. */
  #round: { number: number; at: number; latencies: number[] } = { number: -1, at: 0, latencies: [] };
  #answered = 0;
  #lost = 0;
  #changed: () => void = () => {};

  constructor(port: number, path: string) {
    this.#port = port;
    this.#path = path;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** Connections that ended by themselves: there should be none. */
  get lost(): number {
    return this.#lost;
  }

  async growTo(count: number): Promise<void> {
    while (this.#sockets.length < count) {
      const end = Math.min(count, this.#sockets.length + AT_ONCE);
      while (this.#sockets.length < end) this.#sockets.push(this.#open());
      await this.#until('all are answered', () => this.#answered === this.#sockets.length);
    }
  }

  /** Sends event `number` by `send` and waits until everybody has it. */
  async round(number: number, send: () => Promise<unknown>): Promise<number[]> {
    const round = { number, at: performance.now(), latencies: [] };
    this.#round = round;
    await send();
    await this.#until(`event ${number}`, () => round.latencies.length >= this.#sockets.length);
    return round.latencies;
  }

  close(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('close').destroy();
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1');
    let tail = '';
    let isAnswered = false;
    socket.setNoDelay(true).setEncoding('latin1');
    socket.write(`GET ${this.#path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`);
    socket.on('data', (chunk: string) => {
      const now = performance.now();
      const text = tail + chunk;
      tail = text.slice(-TAIL);
      if (!isAnswered && text.includes('HTTP/1.1 200')) {
        isAnswered = true;
        this.#answered += 1;
      }
      // The number is followed by more of the frame, so half of one is never taken for another.
      if (text.includes(`"attempt":${this.#round.number},`)) {
        tail = '';
        this.#round.latencies.push(now - this.#round.at);
      }
      this.#changed();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#lost += 1;
    });
    return socket;
  }

  async #until(what: string, reached: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed = () => reached() && resolve();
    this.#changed();
    const late = new AbortController();
    const patience = delay(PATIENCE_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(`${this.#path}: waited in vain until ${what}`);
    });
    try {
      await Promise.race([promise, patience]);
    } finally {
      patience.catch(() => undefined); // ended on purpose
      late.abort();
    }
  }
}
