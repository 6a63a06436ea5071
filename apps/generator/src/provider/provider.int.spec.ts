import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseConfig } from '@zoetrope/platform/config';
import { generatorConfig } from '../config.js';
import { progressOf } from './progress-of.js';
import { Provider } from './provider.js';
import type { ProviderError } from './provider-error.js';

/** Real: HTTP. The server misbehaves as told and counts what reaches it. */
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

const order = { model: 'seedance', input: { image: 'x' }, webhook: 'http://a.example/b' } as const;

async function providerOf(answer: (path: string) => number | 'break', env: Record<string, string> = {}) {
  const paths: string[] = [];
  const ours = createServer((request, response) => {
    paths.push(request.url ?? '');
    const status = answer(request.url ?? '');
    if (status === 'break') request.socket.destroy();
    else response.writeHead(status, { 'content-type': 'application/json' }).end('{"id":"p1","output":[]}');
  });
  server = ours;
  await new Promise<void>((resolve) => ours.listen(0, '127.0.0.1', resolve));
  const { port } = ours.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const base = { PUBLIC_URL: url, REPLICATE_BASE_URL: `${url}/v1`, REPLICATE_API_TOKEN: 't' };
  return { paths, provider: new Provider(parseConfig(generatorConfig, { ...base, ...env })), url };
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ProviderError) => error,
  );

describe('a call of the provider', () => {
  it.each([
    [429, { status: 429, transient: true, ambiguous: false }],
    [500, { status: 500, transient: true, ambiguous: false }],
    [502, { status: 502, transient: true, ambiguous: true }],
    [401, { status: 401, transient: false, ambiguous: false }],
    [422, { status: 422, transient: false, ambiguous: false }],
    ['break', { status: undefined, transient: true, ambiguous: true }],
  ] as const)('answered with %s is one request and is told apart', async (status, expected) => {
    const { provider, paths } = await providerOf(() => status);
    expect(await failureOf(provider.create(order))).toMatchObject(expected);
    expect(paths).toEqual(['/v1/models/bytedance/seedance-1-lite/predictions']);
    expect(await failureOf(provider.get('p1'))).toMatchObject({ transient: expected.transient });
    expect(paths).toHaveLength(2);
  });

  it('that never left cannot have created anything', async () => {
    const { provider } = await providerOf(() => 200);
    await new Promise((resolve) => server?.close(resolve));
    expect(await failureOf(provider.create(order))).toMatchObject({ transient: true, ambiguous: false });
  });

  it('asks for the model an operator put in its place', async () => {
    const { provider, paths } = await providerOf(() => 201, { ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture' });
    expect((await provider.create(order)).id).toBe('p1');
    expect(paths).toEqual(['/v1/models/zoetrope/fixture/predictions']);
  });

  it('takes small images as they are', async () => {
    const { provider, paths } = await providerOf(() => 200);
    expect(await provider.imageInput(Buffer.from('abc'), 'image/png')).toBe('data:image/png;base64,YWJj');
    expect(paths).toEqual([]);
  });

  it('of an output that is gone is no reason to try again', async () => {
    const { provider, url } = await providerOf(() => 404);
    expect(await failureOf(provider.download(`${url}/out.mp4`))).toMatchObject({ transient: false });
  });
});

describe('progress', () => {
  it.each([
    ['  5%|█   | 1/20 [00:01<00:19, 1.0it/s]\n 42%|████ | 8/20 [00:08<00:12]\n', 0.42],
    ['100%|████| 20/20', 1],
    ['loading weights', undefined],
    [undefined, undefined],
  ])('in %j is %p', (logs, expected) => {
    expect(progressOf(logs)).toBe(expected);
  });
});
