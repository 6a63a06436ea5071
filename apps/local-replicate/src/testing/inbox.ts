import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Receives webhooks on a free port, and serves files to those who fetch. */
export class Inbox {
  readonly deliveries: Delivery[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #server: Server;
  /** Status of the next answers, one each; then 200. */
  readonly answers: number[] = [];
  served: Buffer = Buffer.alloc(0);

  constructor() {
    this.#server = createServer(async (request, response) => {
      if (request.method === 'GET') {
        response.end(this.served);
        return;
      }
      this.deliveries.push({ headers: request.headers, body: await text(request) });
      response.writeHead(this.answers.shift() ?? 200).end();
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves with the first delivery that fits, past or future. */
  async until(fits: (delivery: Delivery) => boolean): Promise<Delivery> {
    for (;;) {
      const found = this.deliveries.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
