import { describe, expect, it } from '@jest/globals';
import { forbiddenAddress, parseCidrList } from './address.js';

const FORBIDDEN: readonly [ip: string, why: string][] = [
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.127.255.255', 'carrier-grade NAT'],
  ['100.100.100.200', 'cloud metadata'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', 'cloud metadata'],
  ['169.254.0.1', 'link-local'],
  ['169.254.169.254', 'cloud metadata'],
  ['169.254.170.2', 'cloud metadata'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.1', 'reserved'],
  ['192.0.0.192', 'cloud metadata'],
  ['192.0.2.1', 'reserved'],
  ['192.88.99.1', 'reserved'],
  ['192.168.0.1', 'private'],
  ['192.168.255.255', 'private'],
  ['198.18.0.1', 'reserved'],
  ['198.19.255.255', 'reserved'],
  ['198.51.100.7', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['224.0.0.1', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['::127.0.0.1', 'embedded IPv4'],
  ['::8.8.8.8', 'embedded IPv4'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::ffff:10.1.2.3', 'private'],
  ['::ffff:169.254.169.254', 'cloud metadata'],
  ['0:0:0:0:0:ffff:c0a8:0101', 'private'],
  ['::ffff:0:127.0.0.1', 'embedded IPv4'],
  ['64:ff9b::127.0.0.1', 'embedded IPv4'],
  ['64:ff9b::a9fe:a9fe', 'embedded IPv4'],
  ['64:ff9b::10.0.0.1', 'embedded IPv4'],
  ['64:ff9b:1::8.8.8.8', 'reserved'],
  ['100::1', 'reserved'],
  ['2001::1', 'embedded IPv4'],
  ['2001:0:a9fe:a9fe::', 'embedded IPv4'],
  ['2001:2::1', 'reserved'],
  ['2001:10::1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['2002:7f00:1::', 'embedded IPv4'],
  ['2002:a9fe:a9fe::', 'embedded IPv4'],
  ['2002:c0a8:101::1', 'embedded IPv4'],
  ['3fff::1', 'reserved'],
  ['4000::1', 'reserved'],
  ['5f00::1', 'reserved'],
  ['fc00::1', 'unique local'],
  ['fd00::1', 'unique local'],
  ['fd00:ec2::254', 'cloud metadata'],
  ['fd20:ce::254', 'cloud metadata'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['', 'not an address'],
  ['example.com', 'not an address'],
  ['0177.0.0.1', 'not an address'],
  ['2130706433', 'not an address'],
  ['127.1', 'not an address'],
];

describe('an address a stranger may make us contact', () => {
  it.each(FORBIDDEN)('is not %s (%s)', (ip, why) => {
    expect(forbiddenAddress(ip, [])).toBe(why);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80e::200e',
  ])('is the public %s', (ip) => {
    expect(forbiddenAddress(ip, [])).toBeUndefined();
  });
});

describe('the operator allow list', () => {
  it('opens exactly its ranges, for the IPv4-mapped spelling too', () => {
    const allow = parseCidrList('127.0.0.0/8, ::1 fd12::/16');
    for (const open of ['127.0.0.1', '::ffff:127.9.9.9', '::1', 'fd12::7']) {
      expect([open, forbiddenAddress(open, allow)]).toEqual([open, undefined]);
    }
    for (const shut of ['10.0.0.1', '::2', 'fd13::7', '64:ff9b::127.0.0.1', '2002:7f00:1::']) {
      expect([shut, forbiddenAddress(shut, allow)]).toEqual([shut, expect.any(String)]);
    }
  });

  it('opens a metadata service only by its own name, never by a range around it', () => {
    const around = parseCidrList('0.0.0.0/0,::/0,169.254.0.0/16');
    expect(forbiddenAddress('169.254.169.254', around)).toBe('cloud metadata');
    expect(forbiddenAddress('fd00:ec2::254', around)).toBe('cloud metadata');
    expect(forbiddenAddress('169.254.169.254', parseCidrList('169.254.169.254/32'))).toBeUndefined();
  });

  it('reads mapped prefixes as the IPv4 ones they carry', () => {
    const allow = parseCidrList('::ffff:10.0.0.0/104');
    expect(forbiddenAddress('10.1.2.3', allow)).toBeUndefined();
    expect(forbiddenAddress('11.1.2.3', []) ?? forbiddenAddress('192.168.0.1', allow)).toBe('private');
  });

  it('is empty when the variable is empty', () => {
    expect(parseCidrList(' ')).toEqual([]);
  });

  it.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'fd00::/129',
    '::1/-1',
    '1.2.3.4/x',
  ])('refuses the entry "%s" by name', (entry) => {
    expect(() => parseCidrList(`127.0.0.1,${entry}`)).toThrow(`"${entry}"`);
  });
});
