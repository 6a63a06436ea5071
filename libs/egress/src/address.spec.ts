import { describe, expect, it } from '@jest/globals';
import { forbiddenAddress, parseCidrList } from './address.js';
import { FORBIDDEN_ADDRESSES } from './testing/attacks.js';

const NO_ADDRESSES: readonly [ip: string, why: string][] = [
  ['', 'not an address'],
  ['example.com', 'not an address'],
  ['0177.0.0.1', 'not an address'],
  ['2130706433', 'not an address'],
  ['127.1', 'not an address'],
];

describe('an address a stranger may make us contact', () => {
  it.each([...FORBIDDEN_ADDRESSES, ...NO_ADDRESSES])('is not %s (%s)', (ip, why) => {
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
