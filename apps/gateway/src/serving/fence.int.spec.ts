import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fenceSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';
import { CurrentVideos } from './current-videos.js';

/** Real: the gateway, NATS, PostgreSQL, objects. By hand: what generator and notifier would append and ask. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
beforeAll(async () => {
  // A test decides when a client reads, so no clock may: only the copy of the last test breaks answers off.
  gateway = await GatewayUnderTest.start({
    FENCE_PATIENCE_MS: '60000',
    VARNISH_URLS: 'http://cache.invalid',
  });
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline?.stop();
  await gateway?.stop();
});

/** Larger than every socket buffer on the way, so that an answer nobody reads is still on its way. */
const LARGE = 24 * 1024 * 1024;

const served = async (length = 10_000) => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { allowed_origins: ['ex.com'] };
  await gateway.call(`/api/projects/${projectId}/proxy-config`, {
    method: 'PUT',
    cookie: person.cookie,
    body,
  });
  const { proxy_key } = (await gateway.call(`/api/projects/${projectId}`, { cookie: person.cookie })).json;
  const path = `/v1/${proxy_key}/ex.com/a.png.mp4`;
  const id = (await gateway.call(path)).json.asset_id as string;
  await pipeline.make(id, 1, bytesOf(id, length));
  const cacheControl = async () =>
    (await gateway.call(path, { method: 'HEAD' })).headers.get('cache-control');
  await until('it is served from memory', async () => (await cacheControl())?.startsWith('public'));
  const regenerate = () =>
    gateway.call(`/api/assets/${id}/regenerate`, { cookie: person.cookie, method: 'POST' });
  return { ...person, id, path, cacheControl, regenerate };
};
const fence = (
  assetId: string,
  generation: number,
  { timeoutMs = 60_000, service = gateway.service } = {},
) => {
  const { id } = service.app.get(CurrentVideos);
  return pipeline.log.core.request(fenceSubject(id), { assetId, generation, seq: 1 }, timeoutMs);
};

/** A client that asks and then reads nothing until told to. */
const slowClient = async (path: string, { port } = gateway.service): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
};

describe('the fence', () => {
  it('holds a lease under which this gateway is found', async () => {
    const { id } = gateway.service.app.get(CurrentVideos);
    expect(await pipeline.log.leases.list('gateway.')).toMatchObject([
      { key: `gateway.${id}`, value: { id } },
    ]);
  });

  it('confirms at once when nothing storable is on its way', async () => {
    const { id } = await served();
    expect(await fence(id, 2)).toEqual({ confirmed: true });
  });

  it('from its confirmation on the older video is not storable, whatever the log says, until the switch', async () => {
    const { id, cacheControl, regenerate } = await served();
    expect(await cacheControl()).toBe('public, max-age=0, must-revalidate');
    await fence(id, 2);
    for (let n = 0; n < 3; n++) expect(await cacheControl()).toBe('private, max-age=0, must-revalidate');
    await regenerate();
    await pipeline.make(id, 2, bytesOf('fenced'));
    await until('the switch was heard of', async () => (await cacheControl())?.startsWith('public'));
  });

  it('a copy that starts too late to be asked finds what is stored behind a newer failure in flight', async () => {
    const { id, path, cookie, regenerate } = await served();
    await regenerate();
    const { of, seq, served: real } = await pipeline.store(id, 2, bytesOf('late'));
    await gateway.call(`/api/assets/${id}/regenerate`, { cookie, method: 'POST' });
    const newer = await pipeline.requestSeq(id);
    await pipeline.tell(id, 'generation', of.queued(3, newer, {}, { generation: 2, requestSeq: seq }));
    await pipeline.tell(id, 'generation', of.failed(3, newer));
    const late = await gateway.copy();
    const seen = async () => {
      const { headers } = await fetch(`http://127.0.0.1:${late.port}${path}`, { method: 'HEAD' });
      return [headers.get('x-zoetrope-generation'), headers.get('cache-control')?.split(',')[0]];
    };
    try {
      for (let n = 0; n < 3; n++) expect(await seen()).toEqual(['1', 'private']);
      await pipeline.tell(id, 'video', of.switched(2, seq, real));
      expect(await seen()).toEqual(['2', 'private']);
      await pipeline.tell(id, 'video', of.ready(2, seq, real));
      await until('it is storable again', async () => String(await seen()) === '2,public');
    } finally {
      await late.stop();
    }
  });

  it('from the first fact of a new generation nothing is storable, until that one is announced', async () => {
    const { id, cacheControl, regenerate } = await served();
    expect(await cacheControl()).toBe('public, max-age=0, must-revalidate');
    await regenerate();
    expect(await cacheControl()).toBe('private, max-age=0, must-revalidate');
    const { of, seq, served: real } = await pipeline.store(id, 2, bytesOf('fenced'));
    await pipeline.tell(id, 'video', of.switched(2, seq, real));
    expect(await cacheControl()).toBe('private, max-age=0, must-revalidate');
    await pipeline.tell(id, 'video', of.ready(2, seq, real));
    expect(await cacheControl()).toBe('public, max-age=0, must-revalidate');
  });

  it('waits for a storable answer of an older generation that is read to its end', async () => {
    const { id, path } = await served(LARGE);
    const client = await slowClient(path);
    let confirmed = false;
    const asked = fence(id, 2).then((answer) => {
      confirmed = true;
      return answer;
    });
    // The question has been handled once another one about a settled asset is answered on the same subject.
    await fence('0'.repeat(32), 1);
    expect(confirmed).toBe(false);
    let read = 0;
    client.on('data', (chunk) => (read += chunk.length));
    await once(client, 'end');
    expect(await asked).toEqual({ confirmed: true });
    expect(read).toBeGreaterThan(LARGE);
  });

  it('waits until the cache has taken an answer that was long handed to the kernel', async () => {
    const { id, path } = await served();
    const client = connect({ port: gateway.service.port, host: '127.0.0.1', allowHalfOpen: true });
    await once(client, 'connect');
    client.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    client.resume();
    await once(client, 'end'); // the gateway has said all, and is told so by our end only
    let confirmed = false;
    const asked = fence(id, 2).then(() => {
      confirmed = true;
    });
    await fence('0'.repeat(32), 1);
    expect(confirmed).toBe(false);
    client.end();
    await asked;
  });

  it('waits for nobody where no cache is purged: who keeps an answer asks before each use', async () => {
    const { id, path } = await served(LARGE);
    const bare = await gateway.copy({ VARNISH_URLS: '' });
    try {
      const client = await slowClient(path, bare);
      expect(await fence(id, 2, { service: bare })).toEqual({ confirmed: true });
      let read = 0;
      client.on('data', (chunk) => (read += chunk.length));
      await once(client, 'end');
      expect(read).toBeGreaterThan(LARGE);
    } finally {
      await bare.stop();
    }
  });

  it('does not wait for an answer of the same generation', async () => {
    const { id, path } = await served(LARGE);
    const client = await slowClient(path);
    expect(await fence(id, 1)).toEqual({ confirmed: true });
    client.destroy();
  });

  it('breaks off an older storable answer that nobody reads, and confirms then', async () => {
    const { id, path } = await served(LARGE);
    const hasty = await gateway.copy({ FENCE_PATIENCE_MS: '300' });
    try {
      const client = await slowClient(path, hasty);
      client.on('error', () => undefined);
      const began = performance.now();
      expect(await fence(id, 2, { service: hasty })).toEqual({ confirmed: true });
      expect(performance.now() - began).toBeGreaterThan(290);
      let read = 0;
      client.on('data', (chunk) => (read += chunk.length));
      await new Promise((resolve) => client.on('close', resolve));
      expect(read).toBeLessThan(LARGE);
    } finally {
      await hasty.stop();
    }
  });
});
