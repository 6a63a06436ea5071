import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startNginx } from '@zoetrope/embedded/nginx';
import { type CacheServer, startVarnish } from '@zoetrope/embedded/varnish';
import type { EdgeConfig } from '@zoetrope/platform/edge-config';
import type { Purger, PurgeTarget } from '../purger.js';
import { configuredCaches } from './configured-caches.js';

// Real: Varnish and nginx from Debian with the configuration we ship, Cloudflare's own client. Not real: the gateway
// behind the caches, which answers a counter, and the two CDNs' APIs, which are HTTP servers that speak as they do.
const TOKEN = 'a-refresh-token-of-ours';
const NONE: EdgeConfig = {
  EDGE_MAX_AGE_S: 60,
  CLOUDFLARE_API_URL: 'http://unused.invalid',
  FASTLY_API_URL: 'http://unused.invalid',
  VARNISH_URLS: [],
  NGINX_URLS: [],
};
const servers: Server[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-caches-'));
});
const close = async (server: Server) => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
};
afterEach(() => Promise.all(servers.splice(0).map(close)));
afterAll(() => rm(folder, { recursive: true, force: true }));

const serve = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};
const bodyOf = async (request: IncomingMessage) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text) as Record<string, string[]>;
};
const target = (id: string): PurgeTarget => ({
  tag: `asset-${id}`,
  urls: async () => [`https://z.example/v1/pk_1/${id}.mp4`],
});
const never = new AbortController().signal;
const only = async (config: Partial<EdgeConfig>): Promise<Purger> => {
  const [purger, ...more] = await configuredCaches({ ...NONE, ...config });
  if (!purger || more.length > 0) throw new Error('expected one cache');
  return purger;
};

describe('nothing configured', () => {
  it('purges nothing, also where a name or a token is missing', async () => {
    expect(await configuredCaches(NONE)).toEqual([]);
    const half = {
      ...NONE,
      CLOUDFLARE_ZONE_ID: 'z',
      FASTLY_API_TOKEN: 't',
      NGINX_URLS: ['http://n.invalid'],
    };
    expect(await configuredCaches(half)).toEqual([]);
  });
});

describe('Cloudflare', () => {
  it('gathers what comes together into one request by tag and one by URL, with the token', async () => {
    const calls: { path?: string; auth?: string; body: Record<string, string[]> }[] = [];
    const api = await serve(async (request, response) => {
      calls.push({ path: request.url, auth: request.headers.authorization, body: await bodyOf(request) });
      response
        .setHeader('content-type', 'application/json')
        .end('{"success":true,"errors":[],"result":{"id":"z"}}');
    });
    const cache = await only({
      CLOUDFLARE_ZONE_ID: 'zone1',
      CLOUDFLARE_API_TOKEN: 'tok',
      CLOUDFLARE_API_URL: api,
    });
    expect([cache.name, cache.tiered]).toEqual(['cloudflare', true]);
    await Promise.all(['a', 'b', 'c'].map((id) => cache.purge(target(id), never)));
    expect(calls).toHaveLength(2);
    for (const { path: at, auth } of calls)
      expect([at, auth]).toEqual(['/zones/zone1/purge_cache', 'Bearer tok']);
    const bodies = calls.map(({ body }) => body);
    expect(bodies).toContainEqual({ tags: ['asset-a', 'asset-b', 'asset-c'] });
    expect(bodies).toContainEqual({
      files: ['a', 'b', 'c'].map((id) => `https://z.example/v1/pk_1/${id}.mp4`),
    });
  });

  it('waits as long as it is told when it asked too often, and then sends all that has come', async () => {
    const seen: string[][] = [];
    const refused = Promise.withResolvers<void>();
    const api = await serve(async (request, response) => {
      const { tags } = await bodyOf(request);
      if (tags) seen.push(tags);
      response.setHeader('content-type', 'application/json');
      if (tags && seen.length === 1) {
        response.writeHead(429, { 'retry-after': '1' }).end('{"success":false,"errors":[{"code":10429}]}');
        refused.resolve();
      } else response.end('{"success":true,"errors":[],"result":{"id":"z"}}');
    });
    const cache = await only({ CLOUDFLARE_ZONE_ID: 'z', CLOUDFLARE_API_TOKEN: 't', CLOUDFLARE_API_URL: api });
    const first = cache.purge(target('a'), never);
    await refused.promise;
    await Promise.all([first, cache.purge(target('b'), never)]);
    expect(seen).toEqual([['asset-a'], ['asset-a', 'asset-b']]);
  });

  it('does not take an error for a purge, nor waits beyond the caller', async () => {
    const api = await serve((_, response) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"success":false,"errors":[]}');
    });
    const cache = await only({ CLOUDFLARE_ZONE_ID: 'z', CLOUDFLARE_API_TOKEN: 't', CLOUDFLARE_API_URL: api });
    await expect(cache.purge(target('a'), never)).rejects.toThrow(/403/);
    await expect(cache.purge(target('a'), AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
  });
});

describe('Fastly', () => {
  it('purges many keys in one request, hard', async () => {
    const calls: { path?: string; key?: string; soft?: string; body: Record<string, string[]> }[] = [];
    const api = await serve(async (request, response) => {
      const { 'fastly-key': key, 'fastly-soft-purge': soft } = request.headers as Record<string, string>;
      calls.push({ path: request.url, key, soft, body: await bodyOf(request) });
      response.setHeader('content-type', 'application/json').end('{}');
    });
    const cache = await only({ FASTLY_SERVICE_ID: 'svc', FASTLY_API_TOKEN: 'tok', FASTLY_API_URL: api });
    await Promise.all(['a', 'b'].map((id) => cache.purge(target(id), never)));
    const body = { surrogate_keys: ['asset-a', 'asset-b'] };
    expect(calls).toEqual([{ path: '/service/svc/purge', key: 'tok', soft: undefined, body }]);
  });
});

describe.each(['Varnish', 'nginx'] as const)('%s with our configuration', (kind) => {
  let version = 1;
  let fills = 0;
  let storable = true;
  let server: CacheServer;
  let cache: Purger;
  let origin: string;
  let originServer: Server | undefined;

  /** A gateway: bytes of its version, storable by both caches unless told. */
  const gateway = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/health')) return void response.end('ok');
    fills += 1;
    const refresh = request.headers['x-zoetrope-refresh'] === TOKEN;
    const kept = { 'x-varnish-ttl': '60', 'x-varnish-tags': 'asset-a,project-p', 'x-accel-expires': '60' };
    response.writeHead(200, {
      'content-type': 'video/mp4',
      'content-length': `version ${version}`.length,
      'accept-ranges': 'bytes',
      'cache-control': storable ? 'public, max-age=0, must-revalidate' : 'private, max-age=0',
      ...(storable ? kept : refresh && { 'x-accel-expires': '1' }),
    });
    response.end(`version ${version}`);
  };
  const ownFields = kind === 'Varnish' ? /^x-varnish-t/ : /^x-accel/;
  const read = async (at = '/v1/pk_1/a.mp4', headers: Record<string, string> = {}) => {
    const response = await fetch(server.url + at, { headers });
    return { status: response.status, text: await response.text(), headers: response.headers };
  };

  beforeAll(async () => {
    origin = await serve(gateway);
    [originServer] = servers.splice(0); // it stays for the whole block
    const options = { dataDir: path.join(folder, kind), gateways: [origin] };
    server = await (kind === 'Varnish'
      ? startVarnish(options)
      : startNginx({ ...options, refreshToken: TOKEN }));
    cache = await only(
      kind === 'Varnish'
        ? { VARNISH_URLS: [server.url] }
        : { NGINX_URLS: [server.url], NGINX_REFRESH_TOKEN: TOKEN },
    );
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    if (originServer) await close(originServer);
  });

  it('keeps what a gateway lets it keep, and nothing else', async () => {
    await read();
    const before = fills;
    expect([(await read()).text, fills]).toEqual(['version 1', before]);
    storable = false;
    await read('/v1/pk_1/other.mp4');
    await read('/v1/pk_1/other.mp4');
    await read('/api/assets/a.mp4');
    expect(fills).toBe(before + 3);
    storable = true;
  });

  it('serves the new bytes to whoever asks after the purge, and those are kept again', async () => {
    version += 1;
    expect((await read()).text).toBe(`version ${version - 1}`);
    await cache.purge(target('a'), never);
    expect((await read()).text).toBe(`version ${version}`);
    const before = fills;
    await read();
    expect(fills).toBe(before);
  });

  it('forgets also while nothing may be kept', async () => {
    version += 1;
    storable = false;
    await cache.purge(target('a'), never);
    storable = true;
    const { text } = await read();
    expect(text).toBe(`version ${version}`);
  });

  it('answers ranges of what it keeps, and of what it does not', async () => {
    await read();
    for (const at of ['/v1/pk_1/a.mp4', '/v1/pk_1/b.mp4']) {
      const { status, text, headers } = await read(at, { range: 'bytes=0-6' });
      expect([status, text, headers.get('content-range')]).toEqual([
        206,
        'version',
        expect.stringMatching(/^bytes 0-6\//),
      ]);
    }
  });

  it('shows nobody what it is told of lifetimes and tags', async () => {
    for (let asked = 0; asked < 2; asked++) {
      const names = [...(await read()).headers.keys()];
      expect(names.filter((name) => ownFields.test(name))).toEqual([]);
    }
  });

  it('does not take a refusal for a purge', async () => {
    const refusing = await serve((_, response) => void response.writeHead(503).end());
    const wrong = await only(
      kind === 'Varnish'
        ? { VARNISH_URLS: [refusing] }
        : { NGINX_URLS: [refusing], NGINX_REFRESH_TOKEN: TOKEN },
    );
    // Node's server knows no BAN, and says so by itself.
    await expect(wrong.purge(target('a'), never)).rejects.toThrow(/with status (400|503)/);
  });
});

describe('Varnish from a stranger', () => {
  it('bans nothing for a tag that is none', async () => {
    const origin = await serve((_, response) => void response.end('ok'));
    const server = await startVarnish({ dataDir: path.join(folder, 'strict'), gateways: [origin] });
    try {
      for (const tag of ['', '.*', 'asset-', 'asset-a || 1 ~ 1']) {
        const response = await fetch(server.url, { method: 'BAN', headers: { 'x-zoetrope-tag': tag } });
        expect([tag, response.status]).toEqual([tag, 400]);
      }
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('keeps one entry for every spelling of a query, and tells by the parameters that count', async () => {
    const asked: string[] = [];
    const origin = await serve((request, response) => {
      if (!request.url?.startsWith('/health')) asked.push(request.url ?? '');
      response.writeHead(200, { 'x-varnish-ttl': '60', 'x-varnish-tags': 'asset-a' }).end('x');
    });
    const server = await startVarnish({ dataDir: path.join(folder, 'keys'), gateways: [origin] });
    try {
      const get = async (query: string) => (await fetch(`${server.url}/v1/pk/a.mp4${query}`)).arrayBuffer();
      for (const query of [
        '?motion=subtle&dur=3',
        '?dur=3&utm_source=x&motion=subtle',
        '?dur=3&motion=subtle&wait_ms=9',
      ])
        await get(query);
      expect(asked).toEqual(['/v1/pk/a.mp4?motion=subtle&dur=3']);
      for (const query of ['', '?dur=4&motion=subtle', '?dur=3&motion=subtle&sig=1']) await get(query);
      expect(asked).toHaveLength(4);
    } finally {
      await server.stop();
    }
  }, 60_000);
});
