/** Real: sockets on loopback. Injected: DNS answers. Every attack is made with the settings of each user of this library. */
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseCidrList } from './address.js';
import { EgressError } from './errors.js';
import { type GuardedFetchOptions, guardedFetch } from './fetch.js';
import { ATTACKS, type Attack, LOOPBACK_SPELLINGS } from './testing/attacks.js';

/** As the generator's source stage, the gateway's posters and the notifier's receiver ask. */
const USERS: readonly (readonly [string, Partial<GuardedFetchOptions>])[] = [
  ['source', { maxBytes: 10 * 1024 * 1024, requireSuccess: true }],
  ['webhook', { method: 'POST', body: '{}', maxRedirects: 0, maxBytes: 4096, onTooLarge: 'truncate' }],
];

let inside: Server;
let touched = 0;
let redirecting: Server;
let target = '';
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const listen = (server: Server, host: string) =>
  new Promise<void>((ready) => server.listen(0, host, () => ready()));

beforeAll(async () => {
  inside = createTcpServer((socket) => {
    touched += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ninside'));
  });
  redirecting = createServer((_request, response) => response.writeHead(302, { location: target }).end());
  await Promise.all([listen(inside, '127.0.0.1'), listen(redirecting, '127.0.0.9')]);
});
afterAll(() => {
  inside.close();
  redirecting.close();
});
beforeEach(() => {
  touched = 0;
});

/** Loopback spellings name the port of a server that listens there, so a guard that let one through would show. */
const aimed = (url: string) => url.replace(/:(?:8080|PORT)/, `:${portOf(inside)}`);

async function outcome(url: string, options: Partial<GuardedFetchOptions>): Promise<string> {
  try {
    const { bytes } = await guardedFetch(url, { maxBytes: 1, allow: [], ...options });
    return `answered ${bytes}`;
  } catch (error) {
    if (error instanceof EgressError) return error.code;
    throw error;
  }
}
const REFUSED = expect.stringMatching(/^(forbidden_address|bad_url)$/);
const dnsOf = ({ resolvesTo = [] }: Attack) => ({ resolve: async () => resolvesTo });

describe.each(USERS)(`${ATTACKS.length} attack addresses, tried as a %s`, (_user, options) => {
  it.each(
    ATTACKS.map((attack) => [JSON.stringify([attack.url, ...(attack.resolvesTo ?? [])]), attack] as const),
  )('is refused, and nothing is connected to: %s', async (_title, attack) => {
    expect(await outcome(aimed(attack.url), { ...options, ...dnsOf(attack) })).toEqual(REFUSED);
    expect(touched).toBe(0);
  });
});

describe('the same attacks', () => {
  it('are refused as the target of a redirect, all that a header can carry and that lead elsewhere', async () => {
    const url = `http://127.0.0.9:${portOf(redirecting)}/`;
    const allow = parseCidrList('127.0.0.9/32');
    const elsewhere = ({ url: to }: Attack) =>
      !/\p{Cc}/u.test(to) && URL.parse(to, url)?.hostname !== '127.0.0.9';
    const through: string[] = [];
    const tried = ATTACKS.filter(elsewhere);
    for (const attack of tried) {
      target = aimed(attack.url).replace(/\P{ASCII}/gu, encodeURIComponent);
      const code = await outcome(url, { ...dnsOf(attack), allow });
      if (!['forbidden_address', 'bad_url'].includes(code)) through.push(`${target} ${code}`);
    }
    expect([through, touched]).toEqual([[], 0]);
    expect(tried.length).toBeGreaterThan(240);
  });

  it('would reach the server inside, were loopback open: they are no mere typing errors', async () => {
    const allow = parseCidrList('0.0.0.0/8,127.0.0.0/8');
    const resolve = async () => ['127.0.0.1'];
    for (const url of LOOPBACK_SPELLINGS)
      expect([url, await outcome(aimed(url), { allow, resolve, maxBytes: 10 })]).toEqual([
        url,
        'answered inside',
      ]);
    expect(touched).toBe(LOOPBACK_SPELLINGS.length);
  });
});
