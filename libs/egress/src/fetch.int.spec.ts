/** Real: HTTP servers and sockets on loopback, Node's resolver. Injected: DNS answers, never a socket. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { parseCidrList } from './address.js';
import { EgressError } from './errors.js';
import { type GuardedFetchOptions, guardedFetch } from './fetch.js';

const LOOPBACK = parseCidrList('127.0.0.1/32');
const open: { close(): unknown; closeAllConnections?(): void }[] = [];

afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listening<T extends Server | ReturnType<typeof createTcpServer>>(
  server: T,
  host = '127.0.0.1',
  port = 0,
) {
  open.push(server);
  await new Promise<void>((ready) => server.listen(port, host, ready));
  return (server.address() as AddressInfo).port;
}
const serve = (listener: RequestListener) => listening(createServer(listener));

const fetched = (url: string, options: Partial<GuardedFetchOptions> = {}) =>
  guardedFetch(url, { maxBytes: 1_000_000, allow: LOOPBACK, ...options });
const refusal = (url: string, options: Partial<GuardedFetchOptions> = {}) =>
  fetched(url, options).then(
    () => Promise.reject(new Error('it was not refused')),
    (error: unknown) => (error instanceof EgressError ? error : Promise.reject(error)),
  );

describe('a permitted address', () => {
  it('answers with status, headers, bytes and who answered', async () => {
    const port = await serve((request, response) => {
      response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers.host}`).end('picture');
    });
    const answer = await fetched(`http://127.0.0.1:${port}/a.png?w=1#top`);
    expect(answer).toMatchObject({ status: 200, truncated: false, address: '127.0.0.1' });
    expect(answer.headers['x-seen']).toBe(`GET /a.png?w=1 127.0.0.1:${port}`);
    expect(answer.bytes.toString()).toBe('picture');
  });

  it('is asked under its own name, at the resolved address', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const answer = await fetched(`http://images.test:${port}/`, { resolve: async () => ['127.0.0.1'] });
    expect([answer.bytes.toString(), answer.address]).toEqual([`images.test:${port}`, '127.0.0.1']);
  });

  it('is reached by localhost through the system’s own resolver', async () => {
    const port = await serve((_request, response) => response.end('here'));
    const allow = parseCidrList('127.0.0.0/8,::1');
    expect((await fetched(`http://localhost:${port}/`, { allow })).bytes.toString()).toBe('here');
  });

  it('is reached by another of its addresses when the first does not answer', async () => {
    const port = await serve((_request, response) => response.end('second'));
    const resolve = async () => ['127.0.0.2', '127.0.0.1'];
    const allow = parseCidrList('127.0.0.0/8');
    const answer = await fetched(`http://images.test:${port}/`, { allow, resolve });
    expect([answer.bytes.toString(), answer.address]).toEqual(['second', '127.0.0.1']);
  });

  it('gets a POST with its body and headers', async () => {
    const port = await serve(async (request, response) => {
      const sent = await request.toArray();
      response.end(`${request.headers['webhook-id']} ${Buffer.concat(sent)}`);
    });
    const options = { method: 'POST', headers: { 'Webhook-Id': 'evt_1' }, body: '{"a":1}' } as const;
    expect((await fetched(`http://127.0.0.1:${port}/`, options)).bytes.toString()).toBe('evt_1 {"a":1}');
  });

  it('returns an error status as an answer, or as bad_status when success is required', async () => {
    const port = await serve((_request, response) => response.writeHead(418).end('teapot'));
    expect(await fetched(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 418 });
    const error = await refusal(`http://127.0.0.1:${port}/`, { requireSuccess: true });
    expect([error.code, error.status]).toEqual(['bad_status', 418]);
  });
});

describe('a forbidden address', () => {
  it('gets no connection, by literal, by name, or among several', async () => {
    const touched = jest.fn();
    const server = createTcpServer(touched);
    const port = await listening(server);
    const shut = { allow: [], resolve: async () => ['127.0.0.1'] };
    expect(await refusal(`http://127.0.0.1:${port}/`, shut)).toMatchObject({ code: 'forbidden_address' });
    expect(await refusal(`http://images.test:${port}/`, shut)).toMatchObject({
      code: 'forbidden_address',
      message: 'images.test leads to 127.0.0.1, which is a loopback address',
    });
    const mixed = { resolve: async () => ['127.0.0.1', '10.0.0.1'] };
    expect((await refusal(`http://images.test:${port}/`, mixed)).code).toBe('forbidden_address');
    expect(touched).not.toHaveBeenCalled();
  });

  it('gains nothing by DNS rebinding: one answer is asked, judged and used', async () => {
    const inside = jest.fn<RequestListener>((_request, response) => response.end('inside'));
    const port = await serve((_request, response) => response.end('outside'));
    await listening(
      createServer(inside).on('error', () => {}),
      '127.0.0.3',
    );
    const answers = [['127.0.0.1'], ['127.0.0.3'], ['127.0.0.3']];
    const resolve = jest.fn(async () => answers.shift() ?? []);
    const answer = await fetched(`http://rebind.test:${port}/`, { resolve });
    expect([answer.bytes.toString(), resolve.mock.calls.length]).toEqual(['outside', 1]);
    expect((await refusal(`http://rebind.test:${port}/`, { resolve })).code).toBe('forbidden_address');
    expect(inside).not.toHaveBeenCalled();
  });

  it('is not reached by a redirect, by literal or by name', async () => {
    for (const target of [
      'http://169.254.169.254/latest/',
      'http://[::1]/',
      'http://inside.test/',
      'file:///etc/passwd',
    ]) {
      const port = await serve((_request, response) => response.writeHead(302, { location: target }).end());
      const resolve = async () => ['10.1.2.3'];
      const { code } = await refusal(`http://127.0.0.1:${port}/`, { resolve });
      expect([target, code]).toEqual([target, target.startsWith('file') ? 'bad_url' : 'forbidden_address']);
    }
  });
});

describe('redirects', () => {
  const countdown: RequestListener = (request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end('arrived');
    else response.writeHead(307, { location: `/${left - 1}` }).end('on the way');
  };

  it('are followed three times and no more', async () => {
    const port = await serve(countdown);
    const answer = await fetched(`http://127.0.0.1:${port}/3`);
    expect([answer.bytes.toString(), answer.finalUrl]).toEqual(['arrived', `http://127.0.0.1:${port}/0`]);
    expect((await refusal(`http://127.0.0.1:${port}/4`)).code).toBe('too_many_redirects');
  });

  it('are an answer like any other where none may be followed', async () => {
    const port = await serve(countdown);
    const answer = await fetched(`http://127.0.0.1:${port}/2`, {
      maxRedirects: 0,
      method: 'POST',
      body: 'x',
    });
    expect([answer.status, answer.headers.location, answer.bytes.toString()]).toEqual([
      307,
      '/1',
      'on the way',
    ]);
  });

  it('leave credentials behind on another origin, and the body where the method turns into GET', async () => {
    const target = await serve((request, response) =>
      response.end(JSON.stringify([request.method, request.headers])),
    );
    const port = await serve((_request, response) => {
      response.writeHead(303, { location: `http://127.0.0.1:${target}/` }).end();
    });
    const headers = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'X-Kept': 'yes',
      'Content-Type': 'text/plain',
    };
    const answer = await fetched(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x', headers });
    const [method, seen] = JSON.parse(answer.bytes.toString());
    expect([method, seen['x-kept']]).toEqual(['GET', 'yes']);
    for (const name of ['authorization', 'cookie', 'content-type']) expect(seen).not.toHaveProperty(name);
  });
});

describe('the size cap', () => {
  it('does not take a broken connection for the end of a body without a length', async () => {
    const port = await listening(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nhalf of it', () =>
            setTimeout(() => socket.resetAndDestroy(), 50),
          );
        });
      }),
    );
    expect((await refusal(`http://127.0.0.1:${port}/`)).code).toBe('unreachable');
  });

  it('ends a body without a length that trickles on, and lives to tell', async () => {
    const gone = Promise.withResolvers<void>();
    const port = await listening(
      createTcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nConnection: close\r\n\r\n');
        const trickle = setInterval(() => socket.write('x'), 20);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          clearInterval(trickle);
          gone.resolve();
        });
      }),
    );
    const crashes: unknown[] = [];
    const onCrash = (error: unknown) => crashes.push(error);
    process.on('uncaughtException', onCrash);
    const error = await refusal(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 200 });
    await gone.promise;
    await new Promise(setImmediate);
    process.off('uncaughtException', onCrash);
    expect(error).toMatchObject({ code: 'timeout', phase: 'total' });
    expect(crashes).toEqual([]);
  });

  it('ends an endless body and its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const port = await serve((_request, response) => {
      response.on('close', closed.resolve);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
        response.once('drain', more);
      };
      more();
    });
    expect((await refusal(`http://127.0.0.1:${port}/`, { maxBytes: 100_000 })).code).toBe('too_large');
    await closed.promise;
  });

  it('believes a declared length that is too long, and passes one that just fits', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).end(Buffer.alloc(1000));
    });
    expect((await refusal(`http://127.0.0.1:${port}/`, { maxBytes: 999 })).code).toBe('too_large');
    expect((await fetched(`http://127.0.0.1:${port}/`, { maxBytes: 1000 })).bytes).toHaveLength(1000);
    expect((await fetched(`http://127.0.0.1:${port}/`, { maxBytes: 1, method: 'HEAD' })).bytes).toHaveLength(
      0,
    );
  });

  it('can cut instead of failing', async () => {
    const port = await serve((_request, response) => response.end('0123456789'));
    const answer = await fetched(`http://127.0.0.1:${port}/`, { maxBytes: 4, onTooLarge: 'truncate' });
    expect([answer.bytes.toString(), answer.truncated]).toEqual(['0123', true]);
  });

  it('counts a gzip bomb as the bytes on the wire and asks for no compression', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const port = await serve((request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'x-asked': request.headers['accept-encoding'] });
      response.end(bomb);
    });
    const headers = { 'Accept-Encoding': 'gzip' };
    const answer = await fetched(`http://127.0.0.1:${port}/`, { maxBytes: 100_000, headers });
    expect([answer.bytes.equals(bomb), answer.headers['x-asked']]).toEqual([true, 'identity']);
  });

  it('refuses a compressed answer where only the thing itself is of use, by each name of a compression', async () => {
    const port = await serve((request, response) => {
      response.writeHead(200, { 'content-encoding': decodeURI(request.url?.slice(1) ?? '') }).end('x');
    });
    const ask = (coding: string) => `http://127.0.0.1:${port}/${encodeURI(coding)}`;
    for (const coding of ['gzip', 'X-GZIP', 'br', 'deflate', 'zstd', 'compress', 'aws-chunked, gzip'])
      expect(await refusal(ask(coding), { requireIdentity: true })).toMatchObject({ code: 'compressed' });
    for (const coding of ['', 'identity', 'aws-chunked'])
      expect((await fetched(ask(coding), { requireIdentity: true })).bytes.toString()).toBe('x');
    expect((await fetched(ask('gzip'))).bytes.toString()).toBe('x');
  });
});

describe('the clocks', () => {
  it.each([
    ['connect', { connectTimeoutMs: 50, resolve: () => new Promise<string[]>(() => {}) }],
    ['headers', { headersTimeoutMs: 50, resolve: async () => ['127.0.0.1'] }],
    ['total', { totalTimeoutMs: 50, resolve: async () => ['127.0.0.1'] }],
  ] as const)('name %s when it runs out', async (phase, options) => {
    const port = await serve(() => {});
    const error = await refusal(`http://slow.test:${port}/`, options);
    expect([error.code, error.phase]).toEqual(['timeout', phase]);
  });

  it('end a body that drips, and its connection', async () => {
    const closed = Promise.withResolvers<void>();
    const port = await serve((_request, response) => {
      const drip = setInterval(() => response.write('.'), 5);
      response.on('close', () => closed.resolve(clearInterval(drip)));
    });
    const error = await refusal(`http://127.0.0.1:${port}/`, { totalTimeoutMs: 100 });
    expect([error.code, error.phase]).toEqual(['timeout', 'total']);
    await closed.promise;
  });

  it('cover a TLS handshake that never comes', async () => {
    const port = await listening(createTcpServer((socket) => socket.on('error', () => {}).resume()));
    const error = await refusal(`https://127.0.0.1:${port}/`, { connectTimeoutMs: 50 });
    expect([error.code, error.phase]).toEqual(['timeout', 'connect']);
  });

  it('yield to the caller’s own signal', async () => {
    const caller = new AbortController();
    const port = await serve(() => caller.abort());
    expect((await refusal(`http://127.0.0.1:${port}/`, { signal: caller.signal })).code).toBe('aborted');
    expect((await refusal(`http://127.0.0.1:${port}/`, { signal: caller.signal })).code).toBe('aborted');
  });
});

describe('an unreachable address', () => {
  it('is one with no listener, no name, no HTTP or no end', async () => {
    const gone = createServer();
    const port = await listening(gone);
    await new Promise((closed) => gone.close(closed));
    expect((await refusal(`http://127.0.0.1:${port}/`)).code).toBe('unreachable');
    const noName = { resolve: async () => [] };
    expect((await refusal(`http://nowhere.test/`, noName)).code).toBe('unreachable');
    const smtp = await listening(
      createTcpServer((socket) => socket.on('error', () => {}).end('220 hello\r\n')),
    );
    expect((await refusal(`http://127.0.0.1:${smtp}/`)).code).toBe('unreachable');
    const broken = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
    });
    expect((await refusal(`http://127.0.0.1:${broken}/`)).code).toBe('unreachable');
  });
});
