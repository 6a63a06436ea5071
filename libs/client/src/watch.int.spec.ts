import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, HttpServer, json } from './testing/http-server.js';
import type { WatchEvent } from './watch.js';
import { Zoetrope } from './zoetrope.js';

/** Real: HTTP and its cuts. */
let server: HttpServer | undefined;
afterEach(() => server?.stop());

async function against(answer: Answer): Promise<{ zoetrope: Zoetrope; asked: HttpServer['asked'] }> {
  server = await HttpServer.start(answer);
  return { zoetrope: new Zoetrope({ url: server.url, token: 'zt_test' }), asked: server.asked };
}
const frame = (seq: number, event: string, more: object = {}) =>
  `id: e-${seq}\nevent: ${event}\ndata: ${JSON.stringify({ asset_id: 'a', generation: 1, ts: seq, ...more })}\n\n`;
const stream = { 'content-type': 'text/event-stream' };

async function take(events: AsyncGenerator<WatchEvent>, count: number): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = [];
  for await (const event of events) if (seen.push(event) === count) break;
  return seen;
}
const idsOf = (events: readonly WatchEvent[]) =>
  events.map((event) => (event.event === 'reset' ? 'reset' : event.id));

describe('watching', () => {
  it('goes on after the last event, whatever ended the connection: cut in a frame, refused, ended in order', async () => {
    const { zoetrope, asked } = await against((response, _asked, n) => {
      if (n === 2) return json(response, 503, { error: 'temporarily unavailable' });
      response.writeHead(200, stream);
      if (n === 1) {
        response.write(`retry: 10\n\n${frame(1, 'queued')}${frame(2, 'vision_started')}id: e-3\nevent: vis`);
        setImmediate(() => response.destroy());
      }
      if (n === 3) response.end(`retry: 10\n\n: ping\n\n${frame(3, 'vision_completed')}`);
      if (n === 4) response.write(frame(4, 'ready'));
    });
    const seen = await take(zoetrope.watch({ assetId: 'a' }), 4);
    expect(idsOf(seen)).toEqual(['e-1', 'e-2', 'e-3', 'e-4']);
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/assets/a/events',
      '/api/assets/a/events?last_event_id=e-2',
      '/api/assets/a/events?last_event_id=e-2',
      '/api/assets/a/events?last_event_id=e-3',
    ]);
    expect(asked[0]?.headers.authorization).toBe('Bearer zt_test');
  }, 20_000);

  it('tells of a reset and forgets its place', async () => {
    const { zoetrope, asked } = await against((response, _asked, n) => {
      response.writeHead(200, stream);
      if (n === 1) response.end(`retry: 1\n\nevent: reset\ndata: {}\n\n`);
      else response.write(frame(9, 'queued'));
    });
    const events = zoetrope.watch({ projectId: 'p' }, { lastEventId: 'old-7' });
    expect(idsOf(await take(events, 2))).toEqual(['reset', 'e-9']);
    expect(asked.map(({ url }) => url)).toEqual([
      '/api/projects/p/activity?last_event_id=old-7',
      '/api/projects/p/activity',
    ]);
  });

  it('as the public sends no token', async () => {
    const { zoetrope, asked } = await against((response) =>
      response.writeHead(200, stream).write(frame(1, 'queued')),
    );
    await take(zoetrope.watch({ assetId: 'a', projectKey: 'pk_x' }), 1);
    expect(asked[0]?.url).toBe('/v1/pk_x/events/a');
    expect(asked[0]?.headers).not.toHaveProperty('authorization');
  });

  it('ends with an error where no repeat would help', async () => {
    const { zoetrope, asked } = await against((response) =>
      json(response, 404, { error: 'not found' }, { 'x-error-code': 'not_found' }),
    );
    await expect(take(zoetrope.watch({ assetId: 'a' }), 1)).rejects.toMatchObject({ code: 'not_found' });
    expect(asked).toHaveLength(1);
  });

  it('hangs up when its reader leaves or its signal says so', async () => {
    const closed: Promise<unknown>[] = [];
    const { zoetrope } = await against((response) => {
      closed.push(new Promise((resolve) => response.once('close', resolve)));
      response.writeHead(200, stream).write(frame(1, 'queued'));
    });
    await take(zoetrope.watch({ assetId: 'a' }), 1);
    const abort = new AbortController();
    for await (const _event of zoetrope.watch({ assetId: 'a' }, { signal: abort.signal })) abort.abort();
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });
});

describe('waiting for a generation', () => {
  const telling = (...frames: string[]) =>
    against((response) => void response.writeHead(200, stream).write(frames.join('')));

  it('ends when it is ready, not when an older one is', async () => {
    const { zoetrope } = await telling(frame(1, 'ready'), frame(2, 'queued', { generation: 2 }));
    const abort = new AbortController();
    const waiting = zoetrope.ready('a', 2, { signal: abort.signal });
    abort.abort(new Error('still waiting'));
    await expect(waiting).rejects.toThrow('still waiting');
    await zoetrope.ready('a', 1);
  });

  it('tells why it failed', async () => {
    const failed = { generation: 2, error_code: 'i2v_failed', error_msg: 'the model refused' };
    const { zoetrope } = await telling(frame(3, 'failed', failed));
    await expect(zoetrope.ready('a', 2)).rejects.toMatchObject({
      code: 'i2v_failed',
      message: 'the model refused',
    });
  });
});
