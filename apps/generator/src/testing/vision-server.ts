import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** What becomes of the next request. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: unknown }
  /** The connection breaks. */
  | 'break'
  /** Nobody answers. */
  | 'hang';

/** Speaks HTTP as Anthropic and Replicate do, answers as it is told, and keeps what it was asked. */
export class VisionServer {
  readonly asked: Asked[] = [];
  /** Answers in order; the last one stays. */
  answers: (Answer | ((asked: Asked) => Answer))[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer(async (request, response) => {
      const body = await text(request);
      const { method = '', url = '', headers } = request;
      const json = headers['content-type']?.startsWith('application/json') && body !== '';
      const asked = { method, path: url, headers, body: json ? JSON.parse(body) : {} };
      this.asked.push(asked);
      const [next = 'break'] = this.answers.length > 1 ? this.answers.splice(0, 1) : this.answers;
      this.give(response, typeof next === 'function' ? next(asked) : next);
    });
  }

  static async start(): Promise<VisionServer> {
    const server = new VisionServer();
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private give(response: ServerResponse, answer: Answer): void {
    if (answer === 'hang') return;
    if (answer === 'break') {
      response.destroy();
      return;
    }
    const headers = { 'content-type': 'application/json', ...answer.headers };
    response.writeHead(answer.status ?? 200, headers).end(JSON.stringify(answer.json));
  }
}

/** An answer of `POST /v1/messages` (Anthropic's Messages API). */
export const message = (words: string, stop_reason = 'end_turn'): Answer => ({
  json: {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-test',
    content: words === '' ? [] : [{ type: 'text', text: words }],
    stop_reason,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
});

/** An error of Anthropic's API. */
export const messagesError = (status: number, type: string, words = 'no', headers = {}): Answer => ({
  status,
  headers,
  json: { type: 'error', error: { type, message: words }, request_id: 'req_1' },
});

/** A prediction of a language model at Replicate, whose output is a list of pieces. */
export const prediction = (status: string, output: unknown = null, error: string | null = null): Answer => ({
  status: 201,
  json: {
    id: 'p1',
    status,
    output,
    error,
    input: {},
    logs: '',
    urls: {},
    created_at: '2026-11-22T00:00:00Z',
  },
});
