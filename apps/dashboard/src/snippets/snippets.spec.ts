import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { asCurl, asTypeScript, type Call } from './call.js';
import { recipesOf } from './embed.js';

const call: Call = {
  method: 'POST',
  path: '/api/assets/abc/regenerate',
  body: { prompt_override: `it's a "test" $HOME \`id\``, motion: 'kinetic' },
  keyed: true,
};

/** What a shell makes of a command line whose program only prints its arguments. */
const argumentsOf = (command: string): string[] =>
  execFileSync('sh', ['-c', `uuidgen() { echo KEY; }; curl() { printf '%s\\n' "$@"; }; ${command}`], {
    env: { ZOETROPE_TOKEN: 'zt_x', HOME: '/nobody', PATH: process.env.PATH },
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');

describe('a call', () => {
  it('is a command that a shell reads as it was meant, whatever stands in the body', () => {
    expect(argumentsOf(asCurl(call, 'https://z.example'))).toEqual([
      '-X',
      'POST',
      'https://z.example/api/assets/abc/regenerate',
      '-H',
      'Authorization: Bearer zt_x',
      '-H',
      'Idempotency-Key: KEY',
      '-H',
      'Content-Type: application/json',
      '-d',
      JSON.stringify(call.body),
    ]);
  });

  it('that reads has no method, no key and no body', () => {
    expect(argumentsOf(asCurl({ method: 'GET', path: '/api/projects' }, 'https://z.example'))).toEqual([
      'https://z.example/api/projects',
      '-H',
      'Authorization: Bearer zt_x',
    ]);
  });

  it('is TypeScript that runs and sends the same', async () => {
    const sent: unknown[] = [];
    const run = new Function(
      'fetch',
      'process',
      'crypto',
      `return (async () => { ${asTypeScript(call, 'https://z.example')} return result; })()`,
    );
    const fetch = async (...args: unknown[]) => {
      sent.push(...args);
      return { ok: true, json: async () => 'done' };
    };
    const result = await run(fetch, { env: { ZOETROPE_TOKEN: 'zt_x' } }, { randomUUID: () => 'KEY' });
    expect([result, ...sent]).toEqual([
      'done',
      'https://z.example/api/assets/abc/regenerate',
      {
        method: 'POST',
        headers: {
          Authorization: 'Bearer zt_x',
          'Idempotency-Key': 'KEY',
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(call.body),
      },
    ]);
  });
});

describe('an embed', () => {
  const asset = {
    mp4_url: 'https://z.example/v1/pk/a.mp4?exp=1&sig=2',
    poster_url: 'https://z.example/v1/pk/a.jpg?exp=1&sig=2',
    mode: 'loop' as const,
    width: 640,
    height: 480,
  };
  const [html, react, markdown] = recipesOf(asset).map(({ text }) => text);

  it('is HTML with its address escaped, a poster, and its size, so that no page jumps', () => {
    expect(html).toContain('src="https://z.example/v1/pk/a.mp4?exp=1&amp;sig=2"');
    expect(html).toContain('poster="https://z.example/v1/pk/a.jpg?exp=1&amp;sig=2"');
    expect(html).toContain('autoplay muted loop playsinline width="640" height="480"');
  });

  it('plays as its mode says', () => {
    const hover = recipesOf({ ...asset, mode: 'animate-on-hover' }).map(({ text }) => text);
    expect(hover[0]).toContain('onmouseenter="this.play()"');
    expect(hover[1]).toContain('onMouseEnter=');
    expect(recipesOf({ ...asset, mode: 'animate-in' })[0]?.text).not.toContain('loop');
  });

  it('is a component and a line of Markdown with the bare addresses', () => {
    expect(react).toContain(`src="${asset.mp4_url}"`);
    expect(markdown).toBe(`[![A short video](${asset.poster_url})](${asset.mp4_url})`);
  });
});
