import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Receipt {
  readonly webhookId: string;
  readonly bodyId: string;
  /** The path it came to, without its slash: the endpoint's name. */
  readonly endpoint: string;
  /** From the fact's place in the log to here, ms. */
  readonly latencyMs: number;
  /** Whether it was answered with 200. */
  readonly taken: boolean;
}

/** The customers' HTTP servers: those called `dead-…` hang and then drop the connection, until they are healed. */
export class Receivers {
  readonly receipts: Receipt[] = [];
  readonly taken = new Map<string, number>();
  /** The most that one endpoint had to hold at once. */
  mostAtOnce = 0;
  readonly #server: Server;
  readonly #hangMs: number;
  readonly #holding = new Map<string, number>();
  readonly #waiters = new Set<() => void>();
  #healed = false;

  private constructor(hangMs: number) {
    this.#hangMs = hangMs;
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.keepAliveTimeout = 0;
  }

  static async start(hangMs: number): Promise<Receivers> {
    const receivers = new Receivers(hangMs);
    await once(receivers.#server.listen(0, '127.0.0.1'), 'listening');
    return receivers;
  }

  url(endpoint: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${endpoint}`;
  }

  heal(): void {
    this.#healed = true;
  }

  /** Resolves with true when `met` is, after a receipt; with false after `ms`. */
  async until(met: () => boolean, ms: number): Promise<boolean> {
    if (met()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => met() && resolve(true);
    this.#waiters.add(look);
    const timer = setTimeout(() => resolve(met()), ms);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(look);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = request.url?.slice(1) ?? '';
    let body: { id?: string; ts?: number };
    try {
      body = JSON.parse(await text(request));
    } catch {
      return; // its sender was killed half way
    }
    const latencyMs = Date.now() - Number(body.ts);
    const webhookId = String(request.headers['webhook-id']);
    const taken = this.#healed || !endpoint.startsWith('dead-');
    this.receipts.push({ webhookId, bodyId: String(body.id), endpoint, latencyMs, taken });
    if (taken) {
      this.taken.set(webhookId, (this.taken.get(webhookId) ?? 0) + 1);
      response.end('ok');
    } else this.#hang(endpoint, response);
    for (const look of this.#waiters) look();
  }

  #hang(endpoint: string, response: ServerResponse): void {
    const holding = (this.#holding.get(endpoint) ?? 0) + 1;
    this.#holding.set(endpoint, holding);
    this.mostAtOnce = Math.max(this.mostAtOnce, holding);
    const timer = setTimeout(() => response.destroy(), this.#hangMs);
    response.once('close', () => {
      clearTimeout(timer);
      this.#holding.set(endpoint, (this.#holding.get(endpoint) ?? 1) - 1);
    });
  }
}
