import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A network prefix: `bits` leading bits of `network` are fixed. Made by `parseCidrList` only. */
export interface Cidr {
  readonly network: ipaddr.IPv4 | ipaddr.IPv6;
  readonly bits: number;
}

/** Why an address may not be contacted. Stable words: they appear in errors and in tests. */
export type AddressRefusal =
  | 'not an address'
  | 'cloud metadata'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link-local'
  | 'carrier-grade NAT'
  | 'multicast'
  | 'broadcast'
  | 'unique local'
  | 'site-local'
  | 'embedded IPv4'
  | 'reserved';

/** `a private`, `an unspecified`: what stands before "address" in a message. */
export const withArticle = (why: AddressRefusal): string =>
  why === 'unspecified' || why === 'embedded IPv4' ? `an ${why}` : `a ${why}`;

const RANGE_REFUSALS: Readonly<Record<string, AddressRefusal>> = {
  unspecified: 'unspecified',
  loopback: 'loopback',
  private: 'private',
  linkLocal: 'link-local',
  carrierGradeNat: 'carrier-grade NAT',
  multicast: 'multicast',
  broadcast: 'broadcast',
  uniqueLocal: 'unique local',
  deprecatedSiteLocal: 'site-local',
  '6to4': 'embedded IPv4',
  teredo: 'embedded IPv4',
  rfc6145: 'embedded IPv4',
};

/**
 * Where clouds hand credentials to whoever asks from inside. Two of them (168.63.129.16 of Azure and
 * 192.0.0.192 of Oracle) are in no private range, and none of them ever serves a picture or a webhook.
 */
const METADATA = parseCidrList(
  [
    '169.254.169.254', // AWS, Google, Azure, DigitalOcean, OpenStack
    '169.254.170.2', // AWS ECS task credentials
    '169.254.170.23', // AWS EKS pod identity
    '168.63.129.16', // Azure wire server
    '192.0.0.192', // Oracle Cloud
    '100.100.100.200', // Alibaba Cloud
    'fd00:ec2::254', // AWS over IPv6
    'fd00:ec2::23', // AWS EKS over IPv6
    'fd20:ce::254', // Google over IPv6
  ].join(','),
);

const NAT64_WELL_KNOWN = oneCidr('64:ff9b::/96');
const IPV4_COMPATIBLE = oneCidr('::/96');
const GLOBAL_UNICAST_V6 = oneCidr('2000::/3');

/**
 * Says why this address must not be contacted on behalf of a stranger, or undefined when it may be.
 *
 * Deny by default: only what the IANA special-purpose registries (RFC 6890, RFC 8190) leave as
 * globally reachable unicast passes. Addresses that carry an IPv4 address inside are judged by it
 * where operators really route them (IPv4-mapped RFC 4291, NAT64 RFC 6052) and refused otherwise
 * (6to4, Teredo, IPv4-compatible, IPv4-translated), since the tunnel's far end cannot be known.
 *
 * @param ip an IPv4 or IPv6 address in text as a resolver or socket prints it; a zone id is ignored
 * @param allow prefixes the operator opened; metadata services open only to an entry naming that one address
 */
export function forbiddenAddress(ip: string, allow: readonly Cidr[]): AddressRefusal | undefined {
  const bare = ip.replace(/%.*$/, '');
  if (isIP(bare) === 0) return 'not an address';
  const address = unmapped(parse(bare));
  if (METADATA.some((service) => contains(service, address))) {
    const named = allow.some((cidr) => cidr.bits === width(address) && contains(cidr, address));
    return named ? undefined : 'cloud metadata';
  }
  if (allow.some((cidr) => contains(cidr, address))) return undefined;
  return address instanceof ipaddr.IPv6 ? refusalOfV6(address) : refusalOf(address);
}

/**
 * Reads `ZOETROPE_EGRESS_ALLOW`: prefixes or single addresses, separated by commas or white space.
 * An IPv4-mapped entry means the IPv4 addresses it carries.
 *
 * @throws RangeError naming the entry that is no CIDR
 */
export function parseCidrList(text: string): Cidr[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(oneCidr);
}

function oneCidr(entry: string): Cidr {
  const [ip = '', suffix, ...rest] = entry.split('/');
  const bits = suffix === undefined ? (isIP(ip) === 4 ? 32 : 128) : Number(suffix);
  const valid = isIP(ip) !== 0 && rest.length === 0 && (suffix === undefined || /^\d{1,3}$/.test(suffix));
  if (!valid || bits > (isIP(ip) === 4 ? 32 : 128)) {
    throw new RangeError(`"${entry}" is not an address or a CIDR such as 10.0.0.0/8 or fd00::/8`);
  }
  const network = parse(ip);
  const inner = unmapped(network);
  return inner !== network && bits >= 96 ? { network: inner, bits: bits - 96 } : { network, bits };
}

/**
 * ipaddr.js takes the dotted spelling `::8.8.8.8` for an IPv4-mapped address, which sockets do not, so
 * IPv6 is first spelled in hexadecimal by the URL parser.
 */
function parse(ip: string): ipaddr.IPv4 | ipaddr.IPv6 {
  return ipaddr.parse(isIP(ip) === 6 ? new URL(`http://[${ip}]/`).hostname.slice(1, -1) : ip);
}

function unmapped(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function refusalOf(address: ipaddr.IPv4 | ipaddr.IPv6): AddressRefusal | undefined {
  const range = address.range();
  return range === 'unicast' ? undefined : (RANGE_REFUSALS[range] ?? 'reserved');
}

function refusalOfV6(address: ipaddr.IPv6): AddressRefusal | undefined {
  if (contains(NAT64_WELL_KNOWN, address)) {
    // An allowed private IPv4 range must not open the way through somebody's NAT64 as well.
    const inner = ipaddr.fromByteArray(address.toByteArray().slice(12)).toString();
    return forbiddenAddress(inner, []) === undefined ? undefined : 'embedded IPv4';
  }
  const refusal = refusalOf(address);
  if (refusal !== undefined) return refusal;
  if (contains(IPV4_COMPATIBLE, address)) return 'embedded IPv4';
  return contains(GLOBAL_UNICAST_V6, address) ? undefined : 'reserved';
}

function contains(cidr: Cidr, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return cidr.network.kind() === address.kind() && address.match(cidr.network, cidr.bits);
}

function width(address: ipaddr.IPv4 | ipaddr.IPv6): number {
  return address.kind() === 'ipv4' ? 32 : 128;
}
