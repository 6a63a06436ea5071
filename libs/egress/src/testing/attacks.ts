/**
 * The one table of addresses that a stranger may try and nobody may contact: for sources and for webhooks alike, as
 * it is written, as an answer of DNS, and as the target of a redirect.
 */

/** Where an attack may lead, as a resolver or a socket prints it, and what we call that. */
export const FORBIDDEN_ADDRESSES: readonly (readonly [ip: string, why: string])[] = [
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
];

/** Ways to write this machine. `PORT` stands for the port of a server there, which would be reached by each. */
export const LOOPBACK_SPELLINGS: readonly string[] = [
  'http://127.0.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://2130706433:PORT/',
  'http://0x7f000001:PORT/',
  'http://0X7F.0.0.1:PORT/',
  'http://0x7f.1:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://00000177.0x0.0.1:PORT/',
  'http://017700000001:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://１２７.０.０.１:PORT/',
  'http://127。0。0。1:PORT/',
  'http://127．0｡0．1:PORT/',
  'http://①②⑦.0.0.1:PORT/',
  'http://%31%32%37.0.0.1:PORT/',
  'http://127.0.0.1%2e:PORT/',
  'http://127.0.0\u00ad.1:PORT/',
  'http://127.0.0.1\u200b:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::FFFF:7F00:1]:PORT/',
  'http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/',
  'http:127.0.0.1:PORT/',
  'http:/127.0.0.1:PORT/',
  'http:///127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT\\',
  'http://127.0.0.1:PORT\\@example.com/',
  'http://127.0.0.1:PORT#@example.com/',
  'http://127.0.0.1:PORT?@example.com/',
  'http://@127.0.0.1:PORT/',
  'HTTP://LOCALHOST.:PORT/',
  'http://localhost:PORT/',
  'http://app.localhost:PORT/',
  'http://ｌｏｃａｌｈｏｓｔ:PORT/',
  'http://ⓛocal\u00adhost:PORT/',
];

/** Other places inside, in other spellings. */
const INSIDE: readonly string[] = [
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://METADATA.google.internal./',
  'http://0300.0250.1.1/',
  'http://192.0x00A80101/',
  'http://10.1/',
  'https:///192.168.1.1/',
  'http://10.0.0.1\\@example.com/',
  'http://[::1%25lo]/',
  'http://[fe80::1%25eth0]/',
];

/** What only looks like a web address, or to one of two readers. */
const TRICKS: readonly string[] = [
  'file:///etc/passwd',
  'ftp://example.com/a.png',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'dict://127.0.0.1:11211/stats',
  'data:image/png;base64,AAAA',
  'javascript:alert(1)',
  'ws://example.com/',
  'blob:http://example.com/1',
  'http://user:secret@example.com/',
  'http://example.com@127.0.0.1/',
  'http://example.com:80@127.0.0.1/',
  'http://example.com%40127.0.0.1/',
  '//127.0.0.1/a.png',
  '127.0.0.1/a.png',
  'http://',
  'http://[::1',
  'http://1.2.3.4.5/',
  'http://0x100000000/',
  'http://256.0.0.1/',
  'http://127.0.0.1:99999/',
  'http://127.0.0.1:-1/',
  'http://./',
  'http://exa\tmple.com/',
  'http://127.0.0.1\t.example.com/',
  'http://example.com/\r\nHost: 127.0.0.1',
  'http://example.com/\u0000',
];

export interface Attack {
  readonly url: string;
  /** What DNS says of its host; without it the address needs no DNS to be refused. */
  readonly resolvesTo?: readonly string[];
}

const literal = (ip: string): string => `http://${ip.includes(':') ? `[${ip}]` : ip}/`;

/** Addresses that are refused as they stand, before anything is asked of the network. */
export const ATTACK_URLS: readonly string[] = [
  ...LOOPBACK_SPELLINGS.map((url) => url.replace('PORT', '8080')),
  ...INSIDE,
  ...TRICKS,
  ...FORBIDDEN_ADDRESSES.map(([ip]) => literal(ip)),
];

/** All of it, with the names that lead to where nobody may go: alone, and hidden behind an honest address. */
export const ATTACKS: readonly Attack[] = [
  ...ATTACK_URLS.map((url) => ({ url })),
  ...FORBIDDEN_ADDRESSES.map(([ip]) => ({ url: 'http://images.test/', resolvesTo: [ip] })),
  ...FORBIDDEN_ADDRESSES.map(([ip]) => ({ url: 'https://images.test/', resolvesTo: ['203.0.113.9', ip] })),
];
