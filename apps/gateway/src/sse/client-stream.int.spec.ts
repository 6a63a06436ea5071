import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientStream } from './client-stream.js';

/** Real: the server, its sockets and the kernel between them. The notifier's side is a stream of the test's own. */
const never = new AbortController().signal;
const FRAME = `id: e-1\nevent: queued\ndata: ${'x'.repeat(60_000)}\n\n`;
/** What the kernel may hold between two sockets of this machine, and Node's own buffers, bytes. */
const IN_BETWEEN = 12 * 2 ** 20;

let server: Server;
beforeAll(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => void server.close());

/** A client that has asked, and the answer that is its to write. */
async function client(): Promise<{ socket: Socket; response: ServerResponse }> {
  const asked = once(server, 'request');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  const [, response] = (await asked) as [unknown, ServerResponse];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return { socket, response };
}

async function answered(pass: (stream: ClientStream) => Promise<void>): Promise<string> {
  server.once('request', async (_request, response: ServerResponse) => {
    const stream = new ClientStream(response);
    await pass(stream).catch(() => {});
    await stream.end();
  });
  const { port } = server.address() as AddressInfo;
  return (await fetch(`http://127.0.0.1:${port}`)).text();
}

describe('a client of the relay', () => {
  it('that stops reading is cut off in time, and never owed more than fits in between', async () => {
    const { socket, response } = await client();
    let pulled = 0;
    const endless = new Readable({
      read() {
        pulled += FRAME.length;
        this.push(FRAME);
      },
    });
    const cut = once(response, 'close');
    const stream = new ClientStream(response, { stallMs: 300, lastWordsMs: 100 });
    await expect(stream.pass(endless, never)).rejects.toThrow();
    expect([endless.destroyed, pulled < IN_BETWEEN]).toEqual([true, true]);
    await Promise.all([stream.end(), cut]);
    socket.destroy();
  });

  it('that stops reading is let go when its notifier has given it up', async () => {
    const { socket, response } = await client();
    const upstream = new PassThrough();
    const cut = once(response, 'close');
    const stream = new ClientStream(response, { stallMs: 60_000, lastWordsMs: 100 });
    const passing = stream.pass(upstream, never).finally(() => stream.end());
    while (upstream.write(FRAME) || response.writableNeedDrain === false) await new Promise(setImmediate);
    upstream.destroy(new Error('cut off'));
    await expect(passing).rejects.toThrow();
    await cut;
    socket.destroy();
  });

  it('is told when to come back, but never inside a frame', async () => {
    const broken = async (chunks: string[]) => {
      const upstream = Readable.from(
        (async function* () {
          yield* chunks.map((chunk) => Buffer.from(chunk));
          throw new Error('the notifier has gone');
        })(),
      );
      return answered((stream) => stream.pass(upstream, never));
    };
    expect(await broken(['event: a\ndata: 1\n', '\n'])).toMatch(/^event: a\ndata: 1\n\nretry: 1\d{3}\n\n$/);
    expect(await broken(['event: a\ndata: 1\n\n', 'event: b\nda'])).toBe('event: a\ndata: 1\n\nevent: b\nda');
    expect(await broken(['event: a\ndata: 1\n'])).toBe('event: a\ndata: 1\n');
    expect(await broken([])).toMatch(/^retry: 1\d{3}\n\n$/);
  });

  it('gets every byte in order, however slowly it reads', async () => {
    const frames = Array.from({ length: 200 }, (_, n) => `id: e-${n}\ndata: ${'y'.repeat(20_000)}\n\n`);
    const { socket, response } = await client();
    const stream = new ClientStream(response);
    const passing = stream.pass(Readable.from(frames.map((frame) => Buffer.from(frame))), never);
    const reading = text(socket);
    await passing;
    await stream.end();
    socket.end();
    const ids = [...(await reading).matchAll(/^id: e-(\d+)$/gm)].map(([, n]) => Number(n));
    expect(ids).toEqual(frames.map((_, n) => n));
  });
});
