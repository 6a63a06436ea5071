import { promises as dns } from 'node:dns';

/** Finds every address of a host name. Rejects, or gives an empty list, when there is none. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<readonly string[]>;

/** The name is not in DNS, or there is no DNS here: the hosts file may still know it. */
const ASK_THE_SYSTEM = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED', 'EBADNAME']);

/**
 * Asks DNS directly and the operating system only for names DNS does not have.
 *
 * Not `dns.lookup` first: it blocks one of libuv's four threads until the name's own servers answer,
 * so four names with dead servers would stop all file access and lookups of the process.
 */
export const resolveAddresses: Resolve = (hostname, signal) => askNameServers(hostname, signal);

/** As `resolveAddresses`, from these name servers (`address:port`) instead of the system's. */
export function resolveBy(servers: readonly string[]): Resolve {
  return (hostname, signal) => askNameServers(hostname, signal, servers);
}

async function askNameServers(hostname: string, signal: AbortSignal, servers?: readonly string[]) {
  if (!hostname.includes('.') || hostname.endsWith('.localhost')) return askSystem(hostname);
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    if (!failures.every((failure) => ASK_THE_SYSTEM.has(failure?.code))) throw failures[0];
    return await askSystem(hostname);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function askSystem(hostname: string): Promise<string[]> {
  const found = await dns.lookup(hostname, { all: true, order: 'verbatim' });
  return found.map((entry) => entry.address);
}
