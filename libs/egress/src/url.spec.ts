import { describe, expect, it } from '@jest/globals';
import { parseCidrList } from './address.js';
import { ATTACK_URLS, LOOPBACK_SPELLINGS } from './testing/attacks.js';
import { checkUrl, hostOf, MAX_URL_LENGTH } from './url.js';

const reasonFor = (text: string, allow = '') => {
  const checked = checkUrl(text, { allow: parseCidrList(allow) });
  return checked.ok ? 'ok' : checked.refusal.reason;
};

describe('a stranger’s URL', () => {
  it.each(LOOPBACK_SPELLINGS)('%s leads to a forbidden address', (text) => {
    expect(reasonFor(text.replace('PORT', '8080'))).toBe('forbidden_address');
  });

  it.each(ATTACK_URLS.map((url) => [JSON.stringify(url), url]))('%s is refused', (_, url = '') => {
    expect(reasonFor(url)).not.toBe('ok');
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
