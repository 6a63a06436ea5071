/** Real: a name server on UDP that knows two names, and the resolver of Node that asks it. */
import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCidrList } from './address.js';
import { guardedFetch } from './fetch.js';
import { type Resolve, resolveBy } from './resolver.js';

const A = 1;
const SERVFAIL = 2;

/** The answer of RFC 1035 4.1 to a query of one question; the name is a pointer to the question's. */
function answer(query: Buffer, addresses: readonly string[], code = 0): Buffer {
  const head = Buffer.from(query.subarray(0, 12));
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  const question = query.subarray(12, query.indexOf(0, 12) + 5);
  const records = addresses.map((ip) =>
    Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 60, 0, 4, ...ip.split('.').map(Number)]),
  );
  return Buffer.concat([head, question, ...records]);
}

function labelsOf(query: Buffer): { name: string; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1) };
}

describe('the resolver', () => {
  let server: Socket;
  let resolve: Resolve;
  const asked = Promise.withResolvers<void>();
  beforeAll(async () => {
    server = createSocket('udp4', (query, peer) => {
      const { name, type } = labelsOf(query);
      if (name === 'silent.test') return asked.resolve();
      const addresses = name === 'two.test' && type === A ? ['203.0.113.1', '10.0.0.1'] : [];
      server.send(answer(query, addresses, name === 'broken.test' ? SERVFAIL : 0), peer.port, peer.address);
    });
    await new Promise<void>((ready) => server.bind(0, '127.0.0.1', ready));
    resolve = resolveBy([`127.0.0.1:${server.address().port}`]);
  });
  afterAll(() => void server.close());

  it('gives every address of a name', async () => {
    const found = await resolve('two.test', new AbortController().signal);
    expect([...found].sort()).toEqual(['10.0.0.1', '203.0.113.1']);
  });

  it('lets the system answer for names without a dot', async () => {
    const found = await resolve('localhost', new AbortController().signal);
    expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining([...found]));
  });

  it('makes a name unreachable whose servers fail', async () => {
    const failing = guardedFetch('http://broken.test/', { maxBytes: 1, allow: [], resolve });
    await expect(failing).rejects.toMatchObject({
      code: 'unreachable',
      message: 'broken.test has no address',
    });
  });

  it('stops asking when the clock has run out', async () => {
    const clock = new AbortController();
    const silent = resolve('silent.test', clock.signal);
    await asked.promise;
    clock.abort();
    await expect(silent).rejects.toMatchObject({ code: 'ECANCELLED' });
  });

  it('has no say in what may be contacted', async () => {
    const allow = parseCidrList('203.0.113.0/24');
    const failing = guardedFetch('http://two.test/', { maxBytes: 1, allow, resolve });
    await expect(failing).rejects.toMatchObject({ code: 'forbidden_address' });
  });
});
