import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers request number n (from 1). */
export type Answer = (response: ServerResponse, asked: Asked, n: number) => void;

/** An HTTP server on a free port that answers as a test says and keeps what it was asked. */
export class HttpServer {
  readonly asked: Asked[] = [];
  private readonly server: Server;

  private constructor(answer: Answer) {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        const asked = { method, url, headers, body };
        answer(response, asked, this.asked.push(asked));
      });
    });
  }

  static async start(answer: Answer): Promise<HttpServer> {
    const http = new HttpServer(answer);
    await new Promise<void>((resolve) => http.server.listen(0, '127.0.0.1', resolve));
    return http;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

export const json = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
