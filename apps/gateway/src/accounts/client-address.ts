import ipaddr from 'ipaddr.js';

/** Groups of an IPv6 address that name a network: one customer has a /64 at least, with 2^64 addresses in it. */
const NETWORK_GROUPS = 4;

/**
 * Who a call comes from, for limits: an IPv4 address, or the /64 of an IPv6 one (RFC 6177).
 * @param ip as Fastify sees it, which believes X-Forwarded-For from TRUSTED_PROXIES only
 */
export function clientAddress(ip: string): string {
  if (!ipaddr.isValid(ip)) return 'unknown';
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  const { parts } = address as ipaddr.IPv6;
  return `${parts
    .slice(0, NETWORK_GROUPS)
    .map((part) => part.toString(16))
    .join(':')}::/64`;
}
