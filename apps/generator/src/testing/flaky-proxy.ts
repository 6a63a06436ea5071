import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What becomes of the next creation: refused with a status; done but its answer lost, at once or never told;
 * or never passed on while the asker waits. `late-reply`: told when `release` is called.
 */
export type CreationFault =
  | { readonly status: number }
  | 'lost-reply'
  | 'late-reply'
  | 'held-reply'
  | 'held-request';

/** Stands between generator and renderer as a network does; keeps what was asked. */
export class FlakyProxy {
  readonly creations: { readonly path: string; readonly body: Record<string, unknown> }[] = [];
  readonly faults: CreationFault[] = [];
  /** So many cancels are neither passed on nor answered. */
  cancelsToHold = 0;
  cancelsHeld = 0;
  /** Creations that are done and whose reply is held back until `release`. */
  held = 0;
  private released = Promise.withResolvers<void>();
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

  release(): void {
    this.released.resolve();
    this.released = Promise.withResolvers();
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
    const passed = ['authorization', 'content-type', 'cancel-after'] as const;
    const headers = Object.fromEntries(
      passed.flatMap((name) =>
        [request.headers[name]].flat().flatMap((value) => (value ? [[name, value]] : [])),
      ),
    );
    const sent = body.length > 0 ? new Uint8Array(body) : undefined;
    const asked = fetch(`${this.target}${path}`, { method: request.method, headers, body: sent });
    const answer = await asked.catch(() => undefined);
    if (!answer) {
      response.destroy(); // the renderer cut the connection
      return;
    }
    const text = await answer.text();
    if (fault === 'held-reply') return;
    if (fault === 'late-reply') {
      this.held += 1;
      await this.released.promise;
    }
    if (fault === 'lost-reply') response.destroy();
    else response.writeHead(answer.status, answerHeaders(answer)).end(text);
  }
}

const answerHeaders = ({ headers }: Response): Record<string, string> => {
  const later = headers.get('retry-after');
  return { 'content-type': 'application/json', ...(later && { 'retry-after': later }) };
};
