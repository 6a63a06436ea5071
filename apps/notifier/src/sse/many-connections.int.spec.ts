import { connect as connectSocket, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { until } from '@zoetrope/eventlog/testing/until';
import type { RunningService } from '@zoetrope/platform/service';
import { AssetStory } from '../testing/asset-story.js';
import { NotifierSystem, TOKEN } from '../testing/notifier-system.js';
import { SseReader } from '../testing/sse-reader.js';
import { MAX_BUFFERED_BYTES } from './client.js';

const CONNECTIONS = 500;
/** What the kernel may hold of a connection between two sockets of this machine, bytes (tcp_wmem and tcp_rmem). */
const KERNEL_BYTES = 10 * 2 ** 20;
const PROMPT = 'x'.repeat(500_000);

// Real: broker, notifier, sockets. Facts of gateway and generator are appended by the test in their name.
let system: NotifierSystem;
let service: RunningService;
beforeAll(async () => {
  system = await NotifierSystem.start();
  service = await system.notifier();
}, 60_000);
afterAll(() => system.stop());

/** Consumers that the broker keeps on the log. */
async function consumers(): Promise<number> {
  const connection = await connect({ servers: system.nats.url });
  try {
    const { state } = await (await jetstreamManager(connection)).streams.info('ASSETS');
    return state.consumer_count;
  } finally {
    await connection.close();
  }
}

const ask = (path: string): Socket => {
  const socket = connectSocket(service.port, '127.0.0.1');
  socket.write(
    `GET /internal/sse/${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${TOKEN}\r\nconnection: close\r\n\r\n`,
  );
  return socket;
};

describe('many connections', () => {
  it('five hundred of them, new and resumed, of assets and projects, are no consumer more', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    const queued = await asset.queued(1);
    const first = await SseReader.open(service.port, `asset/${asset.id}`);
    await first.event('queued');
    const before = await consumers();
    const resumed = `last_event_id=${first.lastId.split('-')[0]}-${queued - 1}`;
    const paths = ['asset', 'project'].flatMap((kind) => {
      const path = `${kind}/${kind === 'asset' ? asset.id : asset.projectId}`;
      return [`${path}?view=owner`, `${path}?view=owner&${resumed}`];
    });
    const sockets = Array.from({ length: CONNECTIONS }, (_, n) => ask(paths[n % paths.length] ?? ''));
    const heard = sockets.map((socket) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk;
      });
      return () => text;
    });
    try {
      await until('all are answered', () => heard.every((text) => text().includes('200 OK')), 60_000);
      await asset.failed(1);
      await until('all are told', () => heard.every((text) => text().includes('event: failed')), 60_000);
      expect(await consumers()).toBe(before);
    } finally {
      for (const socket of sockets) socket.destroy();
      await first.close();
    }
  }, 120_000);

  it('a reader that stops reading is cut off at a bound, and comes back to exactly what it lacks', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    const expected = [await asset.queued(1)];
    const socket = ask(`asset/${asset.id}?view=owner`);
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}));
    let received = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk;
        if (received.includes('event: queued')) resolve();
      });
    });
    socket.pause();
    for (let n = 0; n < 40; n++) expected.push(await asset.visionCompleted(1, PROMPT));
    expected.push(await asset.failed(1));
    socket.resume();
    await closed;
    // The rest was never owed to it: 20 MB were told, and this is all that anybody kept for it.
    expect(received.length).toBeLessThan(MAX_BUFFERED_BYTES + PROMPT.length + KERNEL_BYTES);
    const whole = [...received.matchAll(/id: (\S+)\nevent: \w+\ndata: .*\n\n/g)].map(([, id]) => id ?? '');
    const back = await SseReader.open(service.port, `asset/${asset.id}?view=owner`, {
      'last-event-id': whole.at(-1) ?? '',
    });
    await back.event('failed');
    await back.close();
    const seqs = whole.map((id) => Number(id.split('-')[1]));
    expect([...seqs, ...back.seqs]).toEqual(expected);
  }, 60_000);
});
