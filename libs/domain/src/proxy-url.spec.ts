import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64url, buildProxyUrl, signedText, sourceToken } from './proxy-url.js';

const of = (src: string, asked = {}) =>
  buildProxyUrl({ publicUrl: 'https://z.example', proxyKey: 'pk_1', src, asked, format: 'mp4' });

describe('the proxy URL of an asset', () => {
  it('shows a plain https source without its scheme', () => {
    expect(of('https://img.example.com/a/b.png')).toBe(
      'https://z.example/v1/pk_1/img.example.com/a/b.png.mp4',
    );
  });

  it('carries the parameters as asked, sorted, and none that was left out', () => {
    const asked = { seed: 0, motion: 'kinetic', dur_seconds: 6, prompt_override: 'slow & low' };
    expect(of('https://a.io/x', asked)).toBe(
      'https://z.example/v1/pk_1/a.io/x.mp4?dur=6&motion=kinetic&prompt=slow%20%26%20low&seed=0',
    );
  });

  it.each([
    'http://a.io/x.png',
    'https://a.io/x.png?w=3',
    'https://a.io/x#y',
    'https://a.io/a%20b.png',
    'https://a.io/a/../b.png',
    'https://a.io/a//b.png',
    'https://a.io',
    'https://a.io/é.png',
  ])('wraps %s, which a hop on the way could rewrite', (src) => {
    expect(sourceToken(src)).toBe(Buffer.from(src).toString('base64url'));
  });

  it('is never mistaken for the other form: an address has a dot or slash, base64url neither', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (src) => {
        const token = sourceToken(src);
        const read = /[./]/.test(token) ? `https://${token}` : Buffer.from(token, 'base64url').toString();
        expect(read).toBe(src);
      }),
    );
  });

  it('encodes any text as Node does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(base64url(text)).toBe(Buffer.from(text).toString('base64url'));
      }),
    );
  });
});

describe('what a signature is made over', () => {
  const proxyKey = 'pk_0123456789abcdefghijABCD';
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => value.isWellFormed());
  const ask = fc.record({
    src: fc.oneof(
      fc.webUrl({ withQueryParameters: true }),
      text.map((end) => `https://a.io/${end}:7:dur=3`),
    ),
    exp: fc.nat(),
    asked: fc.record(
      {
        motion: fc.constantFrom('subtle' as const, 'medium' as const, 'kinetic' as const),
        mode: fc.constantFrom('loop' as const, 'animate-in' as const),
        dur_seconds: fc.integer({ min: 2, max: 8 }),
        aspect: fc.constantFrom('1:1' as const, 'preserve' as const),
        prompt_override: text,
        seed: fc.nat(),
        idem: text,
      },
      { requiredKeys: [] },
    ),
  });
  const NAMES = { dur: 'dur_seconds', prompt: 'prompt_override' } as Record<string, string>;

  it('reads in one way only, so that no signature fits a second ask', () => {
    fc.assert(
      fc.property(ask, ({ src, exp, asked }) => {
        const signed = signedText({ proxyKey, src, exp, asked });
        const parts = signed.split(':');
        const content = parts.at(-1)?.includes('=') ? parts.pop() : undefined;
        const read = Object.fromEntries([...new URLSearchParams(content?.replaceAll('+', '%2B'))]);
        expect(Number(parts.pop())).toBe(exp);
        expect(parts.shift()).toBe(proxyKey);
        expect(parts.join(':')).toBe(src);
        const named = Object.entries(read).map(([name, value]) => [NAMES[name] ?? name, value]);
        const given = Object.entries(asked).map(([name, value]) => [name, String(value)]);
        expect(Object.fromEntries(named)).toEqual(Object.fromEntries(given));
      }),
    );
  });

  it('is another text when any one content parameter is added, dropped or changed', () => {
    fc.assert(
      fc.property(ask, ask, (one, other) => {
        fc.pre(
          JSON.stringify(Object.entries(one.asked).sort()) !==
            JSON.stringify(Object.entries(other.asked).sort()),
        );
        expect(signedText({ proxyKey, ...one })).not.toBe(
          signedText({ proxyKey, ...one, asked: other.asked }),
        );
      }),
    );
  });

  it('does not depend on the order in which the parameters were given', () => {
    const asked = { seed: 0, motion: 'kinetic', dur_seconds: 6 } as const;
    const turned = { dur_seconds: 6, motion: 'kinetic', seed: 0 } as const;
    const of = (parameters: object) =>
      signedText({ proxyKey, src: 'https://a.io/', exp: 1, asked: parameters });
    expect(of(turned)).toBe(of(asked));
    expect(of({})).toBe(`${proxyKey}:https://a.io/:1`);
  });
});

describe('a signed proxy URL', () => {
  it('carries the whole source in base64url, its end and its signature', () => {
    const url = buildProxyUrl({
      publicUrl: 'https://z.example',
      proxyKey: 'pk_1',
      src: 'https://a.io/x.png',
      asked: { motion: 'subtle' },
      format: 'jpg',
      signed: { exp: 9, sig: 'ab' },
    });
    expect(url).toBe(
      `https://z.example/v1/pk_1/${base64url('https://a.io/x.png')}.jpg?motion=subtle&exp=9&sig=ab`,
    );
  });
});
