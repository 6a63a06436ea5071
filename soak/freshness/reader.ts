import { createHash } from 'node:crypto';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../support/random.ts';
import type { Truth } from './truth.ts';

export type ReaderKind = 'whole' | 'range' | 'slow';

/** One finished read, as the checks want it. */
export interface Seen {
  readonly generation: number;
  /** Newest announced generation when the read was started. */
  readonly floor: number;
  /** Of the bytes; undefined for a part of them. */
  readonly sha256?: string;
  readonly etag: string;
  readonly part?: { readonly from: number; readonly bytes: Buffer };
  readonly whole?: Buffer;
  readonly fromCache: boolean;
  readonly idle: boolean;
}

export interface ReaderOptions {
  readonly url: URL;
  readonly kind: ReaderKind;
  readonly truth: Truth;
  readonly random: Random;
  readonly onSeen: (seen: Seen) => void;
  readonly onFailed: (why: string) => void;
}

/** A gateway that is paused answers nobody; a browser would give up some day too, ms. */
const PATIENCE_MS = 30_000;
const PART = 4_096;

/** Fetches the proxy URL over and over, one request after the other, as one viewer's player would. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #stopped = false;
  /** Generation of the read before. */
  #last = 0;
  /** Reads whose generation was older than the one before. */
  readonly backwards: string[] = [];

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const seen = await this.#read();
        if (seen.generation < this.#last) this.backwards.push(`${this.#last} then ${seen.generation}`);
        this.#last = seen.generation;
        this.#options.onSeen(seen);
      } catch (error) {
        this.#options.onFailed((error as Error).message);
        await delay(50); // as a player would, not as fast as it fails
      }
    }
    this.#agent.destroy();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #read(): Promise<Seen> {
    const { truth, kind, random } = this.#options;
    const floor = truth.announced;
    const idle = !truth.inFlight;
    const from = kind === 'range' ? random.below(20_000) : 0;
    const headers: Record<string, string> =
      kind === 'range' ? { range: `bytes=${from}-${from + PART - 1}` } : {};
    const answer = await this.#answer(headers);
    const bytes = await this.#body(answer);
    const wanted = kind === 'range' ? 206 : 200;
    if (answer.statusCode !== wanted) throw new Error(`status ${answer.statusCode}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      generation: Number(answer.headers['x-zoetrope-generation']),
      floor,
      etag: String(answer.headers.etag),
      ...(kind === 'range' ? { part: { from, bytes } } : { sha256, whole: bytes }),
      fromCache: String(answer.headers['cache-status']).startsWith('Varnish; hit'),
      idle,
    };
  }

  #answer(headers: Record<string, string>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const request = get(this.#options.url, { agent: this.#agent, headers, signal }, resolve);
      request.on('error', reject);
    });
  }

  async #body(answer: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let pauses = this.#options.kind === 'slow' ? 10 : 0;
    for await (const chunk of answer) {
      chunks.push(chunk as Buffer);
      if (pauses-- > 0) await delay(this.#options.random.between(0, 100));
    }
    if (!answer.complete) throw new Error('cut');
    return Buffer.concat(chunks);
  }
}
