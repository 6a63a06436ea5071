import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildProxyUrl as ours, signedText } from '@zoetrope/domain/proxy-url';
import { hmacHex } from '@zoetrope/platform/proxy-signing';
import fc from 'fast-check';
import { type AssetParameters, buildProxyUrl, signProxyUrl } from './proxy-url.js';

/** The installation's own builder and signer are what must come out, whatever goes in. */
const parameters: fc.Arbitrary<AssetParameters> = fc.record(
  {
    motion: fc.constantFrom('subtle', 'medium', 'kinetic'),
    mode: fc.constantFrom('loop', 'animate-in', 'animate-on-hover'),
    dur_seconds: fc.integer({ min: 2, max: 8 }),
    aspect: fc.constantFrom('preserve', '1:1', '16:9', '9:16'),
    prompt_override: fc.string({ unit: 'binary' }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    idem: fc.string(),
  },
  { requiredKeys: [] },
);
const source = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.webUrl({ validSchemes: ['https'] }),
  fc.string({ unit: 'binary' }).map((rest) => `https://images.example.com/${rest}`),
);
const at = { url: 'https://media.example.com', projectKey: 'pk_0123456789abcdefghijABCD' };
const there = { publicUrl: at.url, proxyKey: at.projectKey };

describe('a proxy URL', () => {
  it('is what the installation itself would write', () => {
    fc.assert(
      fc.property(source, parameters, fc.constantFrom('mp4', 'jpg'), (src, asked, format) => {
        expect(buildProxyUrl({ ...at, src, ...asked, format })).toBe(ours({ ...there, src, asked, format }));
      }),
    );
  });

  it('is signed as the installation itself would sign it', async () => {
    const exp = fc.integer({ min: 0, max: 4e9 });
    await fc.assert(
      fc.asyncProperty(
        source,
        parameters,
        exp,
        fc.string({ minLength: 1 }),
        async (src, asked, until, secret) => {
          const sig = hmacHex(secret, signedText({ proxyKey: at.projectKey, src, asked, exp: until }));
          expect(await signProxyUrl({ ...at, src, ...asked }, { secret, exp: until })).toBe(
            ours({ ...there, src, asked, format: 'mp4', signed: { exp: until, sig } }),
          );
        },
      ),
    );
  });

  it('is signed like the published test vector', async () => {
    const page = readFileSync(
      path.resolve(import.meta.dirname, '../../../docs/signed-proxy-urls.md'),
      'utf8',
    );
    const vector = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '');
    const { seed, motion, prompt, dur } = vector.parameters;
    const asked = { seed: Number(seed), motion, prompt_override: prompt, dur_seconds: Number(dur) };
    const ask = {
      url: 'https://m.example.com/',
      projectKey: vector.projectKey,
      src: vector.srcUrl,
      ...asked,
    };
    expect(await signProxyUrl(ask, vector)).toBe(`https://m.example.com${vector.path}`);
  });
});
