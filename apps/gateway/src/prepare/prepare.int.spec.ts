import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';

let gateway: GatewayUnderTest;
beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
});
afterAll(() => gateway.stop());

const owner = async (plan: 'free' | 'pro' = 'pro') => {
  const person = await gateway.person(plan);
  const projectId = await gateway.project(person.cookie);
  const prepare = (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    gateway.call('/api/v1/prepare', {
      cookie: person.cookie,
      body: { project_id: projectId, src: 'https://images.example.com/a.png', ...more },
      headers,
    });
  return { ...person, projectId, prepare };
};
const requestsOf = (assetId: string) => gateway.service.log.readCurrent(assetSubject(assetId, 'request'));

describe('POST /api/v1/prepare', () => {
  it('names the asset, starts its generation, and gives its proxy URLs', async () => {
    const { prepare, projectId, cookie } = await owner();
    const answer = await prepare({ motion: 'subtle' });
    const key = (await gateway.call(`/api/projects/${projectId}`, { cookie })).json.proxy_key;
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        asset_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        status: 'pending',
        eta_seconds: expect.any(Number),
        mp4_url: `http://localhost:4000/v1/${key}/images.example.com/a.png.mp4?motion=subtle`,
        poster_url: `http://localhost:4000/v1/${key}/images.example.com/a.png.jpg?motion=subtle`,
        generation: 1,
      },
    ]);
    expect(answer.headers.get('ratelimit-limit')).toBe('60');
  });

  it('is create or get: the same ask is one asset and one generation, other parameters another asset', async () => {
    const { prepare } = await owner();
    const same = await Promise.all(Array.from({ length: 10 }, () => prepare()));
    expect(same.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const [id] = new Set(same.map(({ json }) => json.asset_id as string));
    expect(new Set(same.map(({ text }) => text)).size).toBe(1);
    expect(await requestsOf(id ?? '')).toHaveLength(1);
    for (const more of [{ idem: 'b' }, { seed: 0 }, { mode: 'loop' }]) {
      expect((await prepare(more)).json.asset_id).not.toBe(id);
    }
  });

  it('keeps an asset’s name when the project’s defaults change', async () => {
    const { prepare, projectId, cookie } = await owner();
    const before = (await prepare()).json.asset_id;
    const body = { default_motion: 'kinetic' };
    await gateway.call(`/api/projects/${projectId}/proxy-config`, { method: 'PUT', cookie, body });
    expect((await prepare()).json.asset_id).toBe(before);
  });

  it('is the exact 429 on a used-up month, asks again at the next prepare, and starts once it may', async () => {
    const { prepare, id } = await owner('free');
    for (let n = 0; n < 5; n++) expect((await prepare({ idem: `n${n}` })).status).toBe(200);
    for (const _ of [1, 2]) {
      const refused = await prepare({ idem: 'late' }, { 'idempotency-key': 'late' });
      expect([refused.status, refused.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
    }
    await gateway.changePlan(id, 'pro');
    const started = await prepare({ idem: 'late' }, { 'idempotency-key': 'late' });
    expect([started.status, started.json.status, started.json.generation]).toEqual([200, 'pending', 3]);
    expect((await prepare({ idem: 'late' })).json.generation).toBe(3);
  });

  it('tells a paid owner whose toggle is off how to go on, then allows up to the cap', async () => {
    const { prepare, projectId, cookie, id } = await owner('pro');
    await gateway.quota.fillMonth(id, 100);
    const disabled = await prepare();
    expect([disabled.status, disabled.text]).toEqual([
      429,
      '{"error":"overage disabled — enable in project settings or upgrade plan"}',
    ]);
    expect(disabled.headers.get('x-error-code')).toBe('overage_disabled');
    const body = { overage_enabled: true, overage_cap: 1 };
    await gateway.call(`/api/projects/${projectId}/billing`, { method: 'PUT', cookie, body });
    expect((await prepare()).status).toBe(200);
    const capped = await prepare({ idem: 'over the cap' });
    expect([capped.status, capped.text]).toEqual([429, '{"error":"monthly generation limit reached"}']);
  });

  it('refuses wrong fields, sources that are no address, and aspects that Free does not have', async () => {
    const { prepare } = await owner('free');
    for (const [more, field] of [
      [{ src: 'images.example.com/a.png' }, 'src'],
      [{ src: 'file:///etc/passwd' }, 'src'],
      [{ src: 'https://user:pass@images.example.com/' }, 'src'],
      [{ src: `https://images.example.com/${'a'.repeat(2048)}` }, 'src'],
      [{ aspect: '1:1' }, 'aspect'],
      [{ seed: 2 ** 32 }, 'seed'],
      [{ colour: 'red' }, 'colour'],
    ] as const) {
      const answer = await prepare(more);
      expect([answer.status, Object.keys(answer.json.details.fieldErrors)]).toEqual([400, [field]]);
    }
    expect((await prepare({ aspect: 'preserve' })).status).toBe(200);
  });

  it('is 404 in somebody else’s project', async () => {
    const { projectId } = await owner();
    const { prepare } = await owner();
    expect((await prepare({ project_id: projectId })).text).toBe('{"error":"not found"}');
  });

  it('is 503 with its key while nobody decides, and finishes under that key', async () => {
    const { prepare } = await owner();
    const speak = gateway.quota.beSilent();
    const first = await prepare();
    expect(first.status).toBe(503);
    speak();
    const key = first.headers.get('idempotency-key') ?? '';
    const repeat = await prepare({}, { 'idempotency-key': key });
    expect([repeat.status, repeat.json.generation]).toEqual([200, 1]);
    expect(await requestsOf(repeat.json.asset_id)).toHaveLength(1);
  });
});
