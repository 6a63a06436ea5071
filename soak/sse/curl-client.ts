import { type ChildProcess, spawn } from 'node:child_process';
import type { Relay } from '../support/relay.ts';
import { Client } from './client.ts';
import type { Stream } from './told.ts';

/** curl's exit code for an answer of 400 and more under `--fail`. */
const HTTP_ERROR = 22;
const RETRY_MS = 1_000;

/** `curl -N`, started again with the last id whenever it ends. */
export class CurlClient extends Client {
  readonly kind = 'curl';
  #curl: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #retryMs = RETRY_MS;

  static async open(stream: Stream, gateway: string): Promise<CurlClient> {
    return new CurlClient(stream, await Client.link(gateway));
  }

  private constructor(stream: Stream, relay: Relay) {
    super(stream, relay);
    this.#start();
  }

  #start(): void {
    const last = this.ids.at(-1);
    const headers = [
      ...(last ? ['-H', `Last-Event-ID: ${last}`] : []),
      ...(this.stream.cookie === '' ? [] : ['-H', `cookie: ${this.stream.cookie}`]),
    ];
    const curl = spawn('curl', ['-sN', '--fail', '--include', ...headers, this.url], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#curl = curl;
    let rest = '';
    curl.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const blocks = (rest + text.replaceAll('\r\n', '\n')).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
    // What is left in `rest` is half a frame: as a browser, it is dropped and comes again.
    curl.on('close', (code) => this.#ended(code));
  }

  #take(block: string): void {
    if (block.startsWith('HTTP/')) this.opened();
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    const [id, event, retry] = [fields.get('id'), fields.get('event'), fields.get('retry')];
    if (id !== undefined) this.ids.push(id);
    if (event === 'reset') this.complaints.push('reset');
    if (retry !== undefined) this.#retryMs = Number(retry);
  }

  #ended(code: number | null): void {
    this.isOpen = false;
    if (this.#isClosed) return;
    if (code === HTTP_ERROR) this.complaints.push('an answer that was no 200');
    this.#timer = setTimeout(() => this.#start(), this.#retryMs);
  }

  protected close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#curl?.kill('SIGKILL');
  }
}
