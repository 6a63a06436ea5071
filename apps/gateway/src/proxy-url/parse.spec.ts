import { describe, expect, it } from '@jest/globals';
import { buildProxyUrl } from '@zoetrope/domain/proxy-url';
import fc from 'fast-check';
import { parseProxyUrl } from './parse.js';
import { isAllowedSource, sourceAsAsked } from './source.js';

const OWN = 'http://localhost:4000';
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const sourceOf = (target: string, publicUrl = OWN) => {
  const parsed = parseProxyUrl(target, publicUrl);
  return parsed.ok ? parsed.ask.source : undefined;
};

describe('the source in a proxy URL', () => {
  it.each([
    ['an address without https://', 'images.example.com/a/b.png', 'https://images.example.com/a/b.png'],
    ['a dot in the name before the format', 'ex.com/a.tar.jpg.png', 'https://ex.com/a.tar.jpg.png'],
    ['a source ending in mp4 itself', 'ex.com/a.mp4', 'https://ex.com/a.mp4'],
    ['capitals stay', 'EX.com/A.png', 'https://EX.com/A.png'],
    ['a port', 'ex.com:8443/a.png', 'https://ex.com:8443/a.png'],
    ['the default port stays', 'ex.com:443/a.png', 'https://ex.com:443/a.png'],
    ['escapes stay escapes', 'ex.com/a%20b%3Fc%2Fd.png', 'https://ex.com/a%20b%3Fc%2Fd.png'],
    ['empty segments stay', 'ex.com//a//b.png', 'https://ex.com//a//b.png'],
    ['dot segments stay', 'ex.com/x/../a.png', 'https://ex.com/x/../a.png'],
    ['an upload has this service’s scheme', 'localhost:4000/uploads/a.png', `${OWN}/uploads/a.png`],
    ['base64url of an http address', base64url('http://ex.com/a.png'), 'http://ex.com/a.png'],
    ['base64url with a query', base64url('https://ex.com/a?w=1&b=2'), 'https://ex.com/a?w=1&b=2'],
    ['base64url of an upload under https', base64url('https://localhost:4000/u/a.png'), `${OWN}/u/a.png`],
    ['base64url of an address in capitals', base64url('https://EX.com/a.png'), 'https://EX.com/a.png'],
    ['an IPv6 host', '[2001:db8::1]/a.png', 'https://[2001:db8::1]/a.png'],
    ['a host name that looks like a number', '0x7f.1/a.png', 'https://0x7f.1/a.png'],
  ])('%s', (_, src, expected) => {
    expect(sourceOf(`/v1/pk_x/${src}.mp4`)).toBe(expected);
    expect(sourceOf(`/v1/pk_x/${src}.jpg?dur=3`)).toBe(expected);
  });

  it.each([
    ['no format', '/v1/pk_x/ex.com/a.png'],
    ['a format that does not exist', '/v1/pk_x/ex.com/a.png.gif'],
    ['nothing before the format', '/v1/pk_x/.mp4'],
    ['the scheme left in', '/v1/pk_x/https://ex.com/a.png.mp4'],
    ['a leading slash', '/v1/pk_x//ex.com/a.png.mp4'],
    ['credentials', '/v1/pk_x/user:pw@ex.com/a.png.mp4'],
    ['credentials in base64url', `/v1/pk_x/${base64url('https://u:p@ex.com/a.png')}.mp4`],
    ['another scheme', `/v1/pk_x/${base64url('file:///etc/passwd')}.mp4`],
    ['a scheme-relative address', `/v1/pk_x/${base64url('//ex.com/a.png')}.mp4`],
    ['a tab inside', `/v1/pk_x/${base64url('https://ex.com/a\t.png')}.mp4`],
    ['a NUL', `/v1/pk_x/${base64url('https://ex.com/\u0000.png')}.mp4`],
    ['padding', '/v1/pk_x/aHR0cHM6Ly9leC5jb20vYQ==.mp4'],
    ['not base64url', '/v1/pk_x/%20%20.mp4'],
    ['base64url of no UTF-8', `/v1/pk_x/${Buffer.from([0xff, 0xfe, 0xfd]).toString('base64url')}.mp4`],
    ['base64url of no address', `/v1/pk_x/${base64url('hello')}.mp4`],
    ['an escaped slash in the host', '/v1/pk_x/ex.com%2Fa.png.mp4'],
    ['more than 2048 characters', `/v1/pk_x/ex.com/${'a'.repeat(2048)}.mp4`],
  ])('%s is malformed', (_, target) => {
    expect(parseProxyUrl(target, OWN)).toEqual({ ok: false, message: expect.stringMatching(/\w/) });
  });
});

describe('the query of a proxy URL', () => {
  const query = (search: string) => parseProxyUrl(`/v1/pk_x/ex.com/a.png.mp4?${search}`, OWN);

  it('reads every parameter and ignores unknown ones', () => {
    const all =
      'motion=kinetic&mode=loop&dur=6&prompt=a%20b&seed=4294967295&aspect=16%3A9&idem=x&wait_ms=10000&utm=1';
    expect(query(all)).toMatchObject({
      ok: true,
      ask: {
        waitMs: 10_000,
        asked: {
          motion: 'kinetic',
          mode: 'loop',
          dur_seconds: 6,
          prompt_override: 'a b',
          seed: 4_294_967_295,
          aspect: '16:9',
          idem: 'x',
        },
      },
    });
    expect(query('wait_ms=0&dur=2')).toMatchObject({
      ok: true,
      ask: { waitMs: 0, asked: { dur_seconds: 2 } },
    });
  });

  it('takes any UTF-8, and ignores what is none where it does not count', () => {
    for (const search of [
      'prompt=%E2%82%AC+%F0%9F%98%80%25',
      'prompt=%E2%82%AC+%F0%9F%98%80%&utm=%ff&?idem=%ff',
    ])
      expect(query(search)).toMatchObject({ ok: true, ask: { asked: { prompt_override: '€ 😀%' } } });
    expect(query('prompt=%EF%BF%BD')).toMatchObject({
      ok: true,
      ask: { asked: { prompt_override: '\ufffd' } },
    });
  });

  it.each([
    'motion=wild',
    'motion=',
    'mode=Loop',
    'dur=1',
    'dur=9',
    'dur=4.5',
    'dur=4s',
    'dur=%204',
    'dur=04',
    'dur=1e0',
    `prompt=${'x'.repeat(501)}`,
    'prompt=',
    'seed=-1',
    'seed=4294967296',
    'seed=null',
    'aspect=4:3',
    'prompt=%ff',
    'prompt=%ED%A0%80',
    'prompt=a%E2%82',
    'prompt=a%00b',
    'idem=',
    'idem=%C0%80',
    'dur=3%ff',
    `idem=${'x'.repeat(129)}`,
    'wait_ms=10001',
    'wait_ms=-1',
    'exp=soon',
    'dur=3&dur=4',
  ])('refuses %s and names the parameter', (search) => {
    const name = search.split('=')[0] ?? '';
    expect(query(search)).toEqual({ ok: false, message: expect.stringContaining(name) });
  });
});

it('reads back exactly what buildProxyUrl was given', () => {
  const segment = fc.string({ unit: 'grapheme', maxLength: 12 });
  const sources = fc
    .tuple(fc.webUrl({ withQueryParameters: true, withFragments: true }), segment, fc.boolean())
    .map(([url, extra, plain]) => sourceAsAsked(plain ? url : `${url.split(/[?#]/)[0]}/${extra}`, OWN))
    .filter((source) => source !== undefined);
  const words = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
  const asked = fc.record(
    {
      motion: fc.constantFrom('subtle' as const, 'kinetic' as const),
      dur_seconds: fc.integer({ min: 2, max: 8 }),
      seed: fc.nat({ max: 2 ** 32 - 1 }),
      aspect: fc.constantFrom('16:9' as const, 'preserve' as const),
      prompt_override: words(20),
      idem: words(9),
    },
    { requiredKeys: [] },
  );
  const cases = fc.record({
    src: sources,
    asked,
    format: fc.constantFrom('mp4' as const, 'jpg' as const),
  });
  fc.assert(
    fc.property(cases, ({ src, asked, format }) => {
      const url = buildProxyUrl({ publicUrl: OWN, proxyKey: 'pk_x', src, asked, format });
      const byBrowser = new URL(url).href;
      for (const sent of [url, byBrowser]) {
        const parsed = parseProxyUrl(sent.slice(OWN.length), OWN);
        expect(parsed).toMatchObject({ ok: true, ask: { proxyKey: 'pk_x', source: src, asked, format } });
      }
    }),
    { numRuns: 500 },
  );
});

describe('allowed origins', () => {
  it.each([
    ['https://ex.com/a.png', 'https://ex.com', true],
    ['https://ex.com/a.png', 'ex.com', true],
    ['http://ex.com/a.png', 'ex.com', true],
    ['http://ex.com/a.png', 'https://ex.com', false],
    ['https://img.ex.com/a.png', 'https://ex.com', true],
    ['https://a.b.ex.com/a.png', 'ex.com', true],
    ['https://evilex.com/a.png', 'ex.com', false],
    ['https://ex.com.evil.com/a.png', 'ex.com', false],
    ['https://ex.com/a.png', 'img.ex.com', false],
    ['https://ex.com:8443/a.png', 'https://ex.com', false],
    ['https://ex.com:8443/a.png', 'https://ex.com:8443', true],
    ['https://EX.com/a.png'.toLowerCase(), 'https://EX.COM', true],
    ['https://1.2.3.4/a.png', '2.3.4', false],
    ['https://ex.com/a.png', 'com', false],
    ['https://ex.com\\@evil.com/a.png', 'evil.com', false],
    [`${OWN}/uploads/a.png`, 'elsewhere.com', true],
    ['http://localhost:4001/a.png', 'elsewhere.com', false],
  ])('%s under %s: %s', (source, origin, allowed) => {
    expect(isAllowedSource(source, [origin], OWN)).toBe(allowed);
  });
});
