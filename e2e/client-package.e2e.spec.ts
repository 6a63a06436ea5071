import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { clientTypesFile, clientTypesOf } from '../tools/client-types.mjs';
import { Customer, type Project } from './support/customer.js';
import { PackedClient } from './support/packed-client.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: the packed SDK in an empty project, every process, and a notifier that is killed under a watcher. */
let system: TestSystem;
let client: PackedClient;
let customer: Customer;
let project: Project;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  [system, client] = await Promise.all([startTestSystem(), PackedClient.install()]);
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  const src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 8 }));
  const made = await customer.call('POST', '/api/user/tokens', { body: { name: 'shop', scope: 'write' } });
  env = {
    ZOETROPE: system.url,
    TOKEN: String(made.body.token),
    PROJECT: project.id,
    KEY: project.proxy_key,
    SRC: src,
  };
}, 120_000);
afterAll(async () => {
  await system?.end();
  await client?.end();
}, 60_000);

const SHOP = `
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { buildProxyUrl, signProxyUrl, verifyWebhook, Zoetrope, ZoetropeError } from '@zoetrope/client';

const { ZOETROPE: url, TOKEN: token, PROJECT: project_id, KEY: projectKey, SRC: src } = process.env;
const zoetrope = new Zoetrope({ url, token });
const tell = (what, more) => console.log(JSON.stringify({ what, ...more }));

const hooked = Promise.withResolvers();
let secret;
const shop = createServer(async (request, response) => {
  const body = await text(request);
  response.end();
  verifyWebhook(body, request.headers, secret).then(hooked.resolve, hooked.reject);
}).listen(0, '127.0.0.1', async () => {
  const path = { id: project_id };
  const webhook_url = \`http://127.0.0.1:\${shop.address().port}/hook\`;
  const body = { webhook_url, webhooks_enabled: true };
  ({ webhook_secret: secret } = await zoetrope.call('PUT /api/projects/{id}/webhooks', { path, body }));

  const asked = { project_id, src, mode: 'animate-in', dur_seconds: 2 };
  const made = await zoetrope.prepare(asked);
  const again = await zoetrope.prepare(asked);
  tell('prepared', { same: again.asset_id === made.asset_id, generation: again.generation });
  await zoetrope.ready(made.asset_id, made.generation);
  const event = await hooked.promise;
  tell('webhook', { type: event.type, asset: event.asset_id === made.asset_id });

  const key = { idempotencyKey: 'shop-1' };
  const first = await zoetrope.regenerate(made.asset_id, { motion: 'kinetic' }, key);
  const repeated = await zoetrope.regenerate(made.asset_id, { motion: 'kinetic' }, key);
  tell('regenerated', { generation: first.generation, repeated: repeated.generation });
  const seen = [];
  for await (const told of zoetrope.watch({ assetId: made.asset_id, projectKey })) {
    if (told.id) seen.push(told.id);
    if (seen.length === 1) tell('watching');
    if (told.event === 'ready' && told.data.generation === first.generation) break;
  }
  const numbers = seen.map((id) => Number(id.split('-').at(-1)));
  tell('watched', { once: new Set(seen).size === seen.length, ordered: numbers.every((n, i) => i === 0 || n > numbers[i - 1]) });

  const embed = buildProxyUrl({ url, projectKey, src, mode: 'animate-in', dur_seconds: 2 });
  const video = await fetch(embed);
  tell('embed', { status: video.status, generation: video.headers.get('x-zoetrope-generation'), same: new URL(embed).pathname === new URL(made.mp4_url).pathname });

  const config = await zoetrope.call('PUT /api/projects/{id}/proxy-config', { path, body: { enable_signing: true } });
  const exp = Math.floor(Date.now() / 1000) + 60;
  const signed = await signProxyUrl({ url, projectKey, src, mode: 'animate-in', dur_seconds: 2 }, { secret: config.signing_secret, exp });
  tell('signed', { open: (await fetch(signed)).status, unsigned: (await fetch(embed)).status });

  const refused = await zoetrope.asset('0'.repeat(32)).catch((error) => error);
  tell('refused', { is: refused instanceof ZoetropeError, code: refused.code, status: refused.status });
  shop.close();
});
`;

const TYPED = `
import { type AnswerOf, Zoetrope } from '@zoetrope/client';
const zoetrope = new Zoetrope({ url: 'https://m.example.com' });
export const prepared: Promise<{ asset_id: string; generation: number }> = zoetrope.prepare({ project_id: 'p', src: 's' });
export const me: Promise<AnswerOf<'GET /api/user/me'>> = zoetrope.call('GET /api/user/me');
export const plan: Promise<'free' | 'pro' | 'team'> = me.then((answer) => answer.plan);
// @ts-expect-error a motion that does not exist
void zoetrope.regenerate('a', { motion: 'wild' });
// @ts-expect-error a path that needs its id
void zoetrope.call('GET /api/assets/{id}', {});
// @ts-expect-error an operation that does not exist
void zoetrope.call('GET /api/nothing');
`;

describe('the packed SDK', () => {
  it('is what it promises and nothing else', async () => {
    expect(await client.packages()).toEqual(['@zoetrope']);
    const files = await client.files();
    for (const file of [
      'README.md',
      'LICENSE',
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/react.js',
    ])
      expect(files).toContain(file);
    expect(files.filter((file) => /spec|testing|\.map$|^src/.test(file))).toEqual([]);
  });

  it('prepares, regenerates, watches under a killed notifier, embeds, signs and verifies', async () => {
    await client.write('shop.js', SHOP);
    const { code, lines } = await client.node('shop.js', env, (line) => {
      if (line.includes('"watching"')) return system.services.notifier.kill();
    });
    expect([code, lines.map((line) => JSON.parse(line))]).toEqual([
      0,
      [
        { what: 'prepared', same: true, generation: 1 },
        { what: 'webhook', type: 'asset.completed', asset: true },
        { what: 'regenerated', generation: 2, repeated: 2 },
        { what: 'watching' },
        { what: 'watched', once: true, ordered: true },
        { what: 'embed', status: 200, generation: '2', same: true },
        { what: 'signed', open: 200, unsigned: 403 },
        { what: 'refused', is: true, code: 'not_found', status: 404 },
      ],
    ]);
  }, 120_000);

  it('is typed strictly, by the operations and their fields', async () => {
    await client.write('typed.ts', TYPED);
    expect(await client.tsc('typed.ts')).toBe('');
  }, 60_000);

  it('has the types of the API as it is', async () => {
    const document = await (await fetch(`${system.url}/api/openapi.json`)).json();
    expect(readFileSync(clientTypesFile, 'utf8')).toBe(await clientTypesOf(document));
  });
});
