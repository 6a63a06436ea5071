import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { until } from '@zoetrope/eventlog/testing/until';
import standardwebhooks from 'standardwebhooks';

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** A customer's HTTP server. It answers as `answer` says and checks signatures as a customer would. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  readonly #server: Server;

  private constructor(answer: (response: ServerResponse, count: number) => void) {
    this.#server = createServer(async (request, response) => {
      this.received.push({ headers: request.headers, bytes: await buffer(request) });
      answer(response, this.received.length);
    });
  }

  static async start(
    answer: (response: ServerResponse, count: number) => void = (response) => response.end(),
  ): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(answer);
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  /** Resolves when so many have come. */
  async count(wanted: number): Promise<void> {
    await until(`${wanted} webhooks come`, () => this.received.length >= wanted);
  }

  /** The n-th body (from 0), verified with the official library. @throws when the signature is wrong */
  verified(index: number, secret: string): Record<string, unknown> & { data: Record<string, unknown> } {
    const one = this.received[index];
    if (!one) throw new Error(`no webhook ${index}`);
    const headers = one.headers as Record<string, string>;
    return new standardwebhooks.Webhook(secret).verify(one.bytes, headers) as never;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
