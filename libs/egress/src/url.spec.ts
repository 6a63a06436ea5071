import { describe, expect, it } from '@jest/globals';
import { parseCidrList } from './address.js';
import { checkUrl, hostOf, MAX_URL_LENGTH } from './url.js';

const reasonFor = (text: string, allow = '') => {
  const checked = checkUrl(text, { allow: parseCidrList(allow) });
  return checked.ok ? 'ok' : checked.refusal.reason;
};

describe('a stranger’s URL', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.0.0.1./',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://0/',
    'http://0.0.0.0:22/',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http://%31%32%37.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]:8080/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://10.0.0.1\\@example.com/',
    'http:127.0.0.1/',
    'https:///192.168.1.1/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://app.localhost/',
    'http://metadata.google.internal/computeMetadata/v1/',
  ])('%s leads to a forbidden address', (text) => {
    expect(reasonFor(text)).toBe('forbidden_address');
  });

  it.each([
    ['file:///etc/passwd', 'scheme'],
    ['ftp://example.com/a.png', 'scheme'],
    ['gopher://127.0.0.1:6379/_FLUSHALL', 'scheme'],
    ['data:image/png;base64,AAAA', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['ws://example.com/', 'scheme'],
    ['http://user:secret@example.com/', 'credentials'],
    ['http://example.com@127.0.0.1/', 'credentials'],
    ['//example.com/a.png', 'malformed'],
    ['example.com/a.png', 'malformed'],
    ['', 'malformed'],
    ['http://', 'malformed'],
    ['http://[::1', 'malformed'],
    ['http://[fe80::1%25eth0]/', 'malformed'],
    ['http://1.2.3.4.5/', 'malformed'],
    ['http://0x100000000/', 'malformed'],
    ['http://example.com:99999/', 'malformed'],
    ['http://./', 'malformed'],
    ['http://exa\tmple.com/', 'malformed'],
    ['http://example.com/\r\nHost: internal', 'malformed'],
    ['http://example.com/\u0000', 'malformed'],
    [`http://example.com/${'a'.repeat(MAX_URL_LENGTH)}`, 'too_long'],
    [`http://example.com/${'é'.repeat(MAX_URL_LENGTH / 4)}`, 'too_long'],
  ])('%j is refused as %s', (text, reason) => {
    expect(reasonFor(text)).toBe(reason);
  });

  it.each([
    'http://example.com/a.png',
    'https://images.example.com:8443/a.png?w=1#top',
    'http://127.0.0.1.example.com/',
    'http://[2606:4700:4700::1111]/',
    'http://8.8.8.8/',
    'https://münchen.example/bild.webp',
  ])('%s may be asked', (text) => {
    expect(reasonFor(text)).toBe('ok');
  });

  it('may be local where the operator opened loopback, by any of its names', () => {
    for (const text of ['http://localhost:3000/', 'http://app.localhost/', 'http://127.1/']) {
      expect([text, reasonFor(text, '127.0.0.0/8')]).toEqual([text, 'ok']);
    }
    expect(reasonFor('http://[::1]/', '127.0.0.0/8')).toBe('forbidden_address');
  });

  it('says which address is refused and why', () => {
    expect(checkUrl('http://0x0a000001/', { allow: [] })).toEqual({
      ok: false,
      refusal: {
        reason: 'forbidden_address',
        address: '10.0.0.1',
        why: 'private',
        message: '10.0.0.1 is a private address, which this installation does not contact',
      },
    });
  });

  it.each([
    ['http://0.0.0.0/', '0.0.0.0 is an unspecified address'],
    ['http://[2002:7f00:1::]/', '2002:7f00:1:: is an embedded IPv4 address'],
    ['http://[fd00::1]/', 'fd00::1 is a unique local address'],
  ])('says of %s what it is in English', (text, words) => {
    const checked = checkUrl(text, { allow: [] });
    expect(!checked.ok && checked.refusal.message).toContain(words);
  });

  it('is returned normalised, so that judge and client read the same host', () => {
    const checked = checkUrl('HTTP://EXAMPLE.com.:80/a/../b', { allow: [] });
    expect(checked.ok && [checked.url.href, hostOf(checked.url)]).toEqual([
      'http://example.com./b',
      'example.com',
    ]);
  });
});
