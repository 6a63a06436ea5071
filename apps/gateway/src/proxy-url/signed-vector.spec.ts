import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { buildProxyUrl, signedText } from '@zoetrope/domain/proxy-url';
import { hmacHex } from '@zoetrope/platform/proxy-signing';
import { parseProxyUrl } from './parse.js';

/** The published test vector of docs/signed-proxy-urls.md, executed as its readers would. */
const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/signed-proxy-urls.md'), 'utf8');
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const vector = JSON.parse(block('json')) as {
  secret: string;
  projectKey: string;
  srcUrl: string;
  exp: number;
  parameters: Record<string, string>;
  text: string;
  sig: string;
  path: string;
};

describe('the published test vector', () => {
  const parsed = parseProxyUrl(vector.path, 'https://z.example');
  if (!parsed.ok) throw new Error(parsed.message);
  const { proxyKey, encoded = '', exp = 0, asked, sig } = parsed.ask;

  it('is what our own parser and signer make of its path', () => {
    const text = signedText({ proxyKey, src: encoded, exp, asked });
    expect([proxyKey, encoded, exp, sig]).toEqual([vector.projectKey, vector.srcUrl, vector.exp, vector.sig]);
    expect(text).toBe(vector.text);
    expect(hmacHex(vector.secret, text)).toBe(vector.sig);
    const signed = { exp, sig: vector.sig };
    const parts = { publicUrl: '', proxyKey, src: encoded, asked, format: 'mp4' as const, signed };
    expect(buildProxyUrl(parts)).toBe(vector.path);
  });

  it('is what the page’s TypeScript makes of its parts', () => {
    const { secret, projectKey, srcUrl, parameters } = vector;
    const call = `process.stdout.write(signedPath(...${JSON.stringify([secret, projectKey, srcUrl, vector.exp, parameters])}));`;
    const script = `${block('ts').replace('export function', 'function')}\n${call}`;
    const said = execFileSync(process.execPath, [
      '--input-type=module-typescript',
      '--no-warnings',
      '-e',
      script,
    ]);
    expect(said.toString()).toBe(vector.path);
  });

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
  (hasOpenssl ? it : it.skip)('is what the page’s openssl command prints', () => {
    expect(
      execFileSync('sh', ['-c', block('sh')])
        .toString()
        .trim(),
    ).toBe(vector.sig);
  });
});
