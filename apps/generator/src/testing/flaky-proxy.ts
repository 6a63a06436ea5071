import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What becomes of the next creation: refused with a status; done but its answer lost, at once or never told;
 * or never passed on while the asker waits.
 */
export type CreationFault = { readonly status: number } | 'lost-reply' | 'held-reply' | 'held-request';

/** Stands between generator and renderer as a network does; keeps what was asked. */
export class FlakyProxy {
  readonly creations: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
  readonly faults: CreationFault[] = [];
  /** So many cancels are neither passed on nor answered. */
  cancelsToHold = 0;
  cancelsHeld = 0;
  private readonly server: Server;

  private constructor(private readonly target: string) {
    this.server = createServer((request, response) => void this.pass(request, response));
  }

  static async start(target: string): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(target);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const path = request.url ?? '/';
    const creation = request.method === 'POST' && path.endsWith('/predictions');
    if (creation) this.creations.push({ path, body: JSON.parse(body.toString()) });
    if (path.endsWith('/cancel') && this.cancelsHeld < this.cancelsToHold) {
      this.cancelsHeld += 1;
      return;
    }
    const fault = creation ? this.faults.shift() : undefined;
    if (fault === 'held-request') return;
    if (typeof fault === 'object') {
      response.writeHead(fault.status).end('{"detail":"try again"}');
      return;
    }
    const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
    const headers = { authorization, 'content-type': type };
    const sent = body.length > 0 ? new Uint8Array(body) : undefined;
    const answer = await fetch(`${this.target}${path}`, { method: request.method, headers, body: sent });
    const text = await answer.text();
    if (fault === 'held-reply') return;
    if (fault === 'lost-reply') response.destroy();
    else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  }
}
