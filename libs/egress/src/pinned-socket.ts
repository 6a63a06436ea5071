import { once } from 'node:events';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Cidr, forbiddenAddress, withArticle } from './address.js';
import { EgressError } from './errors.js';
import type { Resolve } from './resolver.js';
import { hostOf } from './url.js';

export interface PinnedSocketOptions {
  readonly allow: readonly Cidr[];
  readonly resolve: Resolve;
  readonly tls?: Pick<ConnectionOptions, 'ca'>;
  readonly signal: AbortSignal;
}

/**
 * Connects to a URL's host, but only to addresses judged a moment before: names are resolved once, here,
 * and the socket is given that very list, so a second DNS answer (rebinding) is never asked for.
 * One forbidden address among several refuses the whole name: honest names do not mix them.
 *
 * @returns a connected socket (TLS finished for https) whose peer was judged
 * @throws EgressError forbidden_address or unreachable
 */
export async function openPinnedSocket(url: URL, options: PinnedSocketOptions): Promise<Socket> {
  const addresses = await resolveHost(url, options);
  for (const address of addresses) refuseForbidden(hostOf(url), address, options.allow);
  const socket = await connect(url, addresses, options);
  // The sockets API answers for the peer itself; believing only our own list would be half a check.
  refuseForbidden(hostOf(url), socket.remoteAddress ?? '', options.allow, () => socket.destroy());
  return socket;
}

async function resolveHost(url: URL, options: PinnedSocketOptions): Promise<readonly string[]> {
  const host = hostOf(url);
  if (isIP(host) !== 0) return [host];
  try {
    const addresses = await options.resolve(host, options.signal);
    if (addresses.length > 0) return addresses;
  } catch (cause) {
    throw new EgressError('unreachable', `${host} has no address`, { cause });
  }
  throw new EgressError('unreachable', `${host} has no address`);
}

function refuseForbidden(host: string, address: string, allow: readonly Cidr[], undo?: () => void): void {
  const why = forbiddenAddress(address, allow);
  if (why === undefined) return;
  undo?.();
  const named = host === address ? host : `${host} leads to ${address}, which`;
  throw new EgressError('forbidden_address', `${named} is ${withArticle(why)} address`);
}

async function connect(
  url: URL,
  addresses: readonly string[],
  options: PinnedSocketOptions,
): Promise<Socket> {
  const host = hostOf(url);
  const secure = url.protocol === 'https:';
  const target = { host, lookup: answerWith(addresses), autoSelectFamily: addresses.length > 1 };
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  // RFC 6066 3: a literal address is not a server name.
  const servername = isIP(host) === 0 ? host : undefined;
  const socket = secure
    ? connectTls({ ...target, ...options.tls, port, servername, ALPNProtocols: ['http/1.1'] })
    : connectTcp({ ...target, port });
  // A broken connection is reported by whoever waits on it; unheard here, it would end the process.
  socket.on('error', () => {});
  options.signal.addEventListener('abort', () => socket.destroy(), { once: true });
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal: options.signal });
    return socket;
  } catch (cause) {
    socket.destroy();
    throw new EgressError('unreachable', `cannot connect to ${url.host}: ${reasonOf(cause)}`, { cause });
  }
}

/** A `lookup` that knows one answer, so the socket has no way to ask DNS again. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    const [first] = entries;
    if (options.all || first === undefined) callback(null, entries);
    else callback(null, first.address, first.family);
  };
}

function reasonOf(cause: unknown): string {
  const { code, message } = Object(cause) as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
