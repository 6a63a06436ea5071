import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ffmpegPath } from '@zoetrope/media/binaries';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../..');
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mp4': 'video/mp4',
  '.jpg': 'image/jpeg',
  '': 'text/html',
};

/** A customer's site: its page, the built SDK, and an embed's poster, video and events under one origin. */
export class ShopWindow {
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor(private readonly folder: string) {}

  static async open(): Promise<ShopWindow> {
    const folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-window-'));
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25:duration=3', '-pix_fmt', 'yuv420p'];
    const still = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25:duration=1', '-frames:v', '1'];
    const bundler = path.join(import.meta.dirname, 'bundle.mjs');
    const page = path.join(import.meta.dirname, 'motion-page.mjs');
    await Promise.all([
      run(ffmpegPath(), [...picture, '-movflags', '+faststart', path.join(folder, 'a.mp4')]),
      run(ffmpegPath(), [...still, path.join(folder, 'a.jpg')]),
      run(process.execPath, [bundler, page, folder], { cwd: root }),
    ]);
    const window = new ShopWindow(folder);
    await new Promise<void>((resolve) => window.server.listen(0, '127.0.0.1', resolve));
    return window;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    this.asked.push(pathname);
    if (pathname.endsWith('/events/a')) return tellEvents(response, searchParams.get('last_event_id'));
    const sdk = /^\/sdk\/([\w.-]+)$/.exec(pathname)?.[1];
    const file = sdk
      ? path.join(root, 'libs/client/dist', sdk)
      : path.join(this.folder, path.basename(pathname));
    const type = TYPES[path.extname(pathname)] ?? 'text/plain';
    const body = PAGES[pathname] ?? (await readFile(file).catch(() => undefined));
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': type, 'accept-ranges': 'none' })
      .end(body);
  }
}

/** Cut after the first event; what comes next is told to whoever has that one. */
function tellEvents(response: ServerResponse, lastEventId: string | null): void {
  const number = lastEventId === 'e-1' ? 2 : 1;
  const data = JSON.stringify({ asset_id: 'a', generation: 1, ts: number });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(
    `retry: 10\n\nid: e-${number}\nevent: ${number === 2 ? 'ready' : 'queued'}\ndata: ${data}\n\n`,
  );
  if (number === 1) response.end();
}

const USE = `
import { signProxyUrl, verifyWebhook, Zoetrope } from '/sdk/index.js';
export async function use(url) {
  const signed = await signProxyUrl({ url, projectKey: 'pk_x', src: 'https://i.example.com/é.png' }, { secret: 'zsk_x', exp: 1 });
  const ids = [];
  for await (const told of new Zoetrope({ url }).watch({ assetId: 'a', projectKey: 'pk_x' }))
    if (ids.push(told.id) && told.event === 'ready') break;
  const refused = await verifyWebhook('{}', {}, 'whsec_AAAA').catch((error) => error.name);
  return { signed: signed.slice(url.length), ids, refused };
}`;
const PAGES: Record<string, string> = {
  '/': '<!doctype html><body><div id="above"></div><div id="root"></div><script type="module" src="/page.js"></script>',
  '/use.js': USE,
  '/worker.js': "import { use } from '/use.js';\nuse(location.origin).then((seen) => postMessage(seen));",
};
