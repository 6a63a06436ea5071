import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64url, buildProxyUrl, sourceToken } from './proxy-url.js';

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
