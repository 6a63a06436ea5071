import { until } from '@zoetrope/eventlog/testing/until';
import { TOKEN } from './notifier-system.js';

export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data?: Record<string, unknown>;
}

/** Reads an SSE endpoint as a gateway does, and remembers every frame. */
export class SseReader {
  readonly frames: Frame[] = [];
  /** Everything that came, pings and retry lines included. */
  text = '';
  readonly #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  /** Resolves when the headers are there. */
  static async open(port: number, path: string, headers: Record<string, string> = {}): Promise<SseReader> {
    const reader = new SseReader();
    const response = await fetch(`http://127.0.0.1:${port}/internal/sse/${path}`, {
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      signal: reader.#abort.signal,
    });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    reader.#ended = reader.#read(response.body).catch(() => {});
    return reader;
  }

  get events(): (string | undefined)[] {
    return this.frames.map(({ event }) => event);
  }

  /** Resolves when an event of that name has come. */
  event(name: string): Promise<Frame> {
    return until(`event ${name} comes`, () => this.frames.find(({ event }) => event === name));
  }

  /** Sequences of the frames with an id, in the order they came. */
  get seqs(): number[] {
    return this.frames.flatMap(({ id }) => (id ? [Number(id.split('-')[1])] : []));
  }

  get lastId(): string {
    return this.frames.findLast(({ id }) => id)?.id ?? '';
  }

  /** Resolves when the server has ended the connection. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const text = decoder.decode(chunk, { stream: true });
      this.text += text;
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (/^(id|event|data):/m.test(block)) this.frames.push(parse(block));
    }
  }
}

function parse(block: string): Frame {
  const fields = new Map(block.split('\n').map((line) => splitOnce(line)));
  const data = fields.get('data');
  return { id: fields.get('id'), event: fields.get('event'), data: data ? JSON.parse(data) : undefined };
}

const splitOnce = (line: string): [string, string] => {
  const at = line.indexOf(': ');
  return [line.slice(0, at), line.slice(at + 2)];
};
