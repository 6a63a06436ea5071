import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCharged, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { CachesPurged } from '@zoetrope/contracts/facts/video';
import { periodOf } from '@zoetrope/contracts/ids';
import { VisionAnswer, VisionQuestion } from '@zoetrope/contracts/messages';
import { assetSubject, ledgerSubject, VISION_QUESTION } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { Webhook } from 'standardwebhooks';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';

/** Real: the gateway, NATS, PostgreSQL, objects, files on disk. By hand: what generator and notifier would append. */
let gateway: GatewayUnderTest;
let pipeline: Pipeline;
let folder: string;
const HTML = '<!doctype html><script>a()</script><script src="/static/app-1.js"></script>';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-dashboard-'));
  await mkdir(path.join(folder, 'static'));
  await writeFile(path.join(folder, 'index.html'), HTML);
  await writeFile(path.join(folder, 'static', 'app-1.js'), 'plain');
  await writeFile(path.join(folder, 'static', 'app-1.js.br'), 'brotli');
  gateway = await GatewayUnderTest.start({ DASHBOARD_DIR: folder });
  pipeline = await Pipeline.beside(gateway);
});
afterAll(async () => {
  await pipeline?.stop();
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
});

const owner = async () => {
  const person = await gateway.person('pro');
  const projectId = await gateway.project(person.cookie);
  const body = { project_id: projectId, src: 'https://ex.com/a.png' };
  const id = (await gateway.call('/api/v1/prepare', { cookie: person.cookie, body })).json.asset_id as string;
  const get = (target: string) => gateway.call(target, { cookie: person.cookie });
  const post = (target: string, sent: unknown) => gateway.call(target, { cookie: person.cookie, body: sent });
  return { ...person, userId: person.id, projectId, id, get, post };
};

/** Quota settles the owner's only reservation. */
async function charge(ownerId: string): Promise<void> {
  const { log } = gateway.quota;
  const subject = ledgerSubject(ownerId, periodOf(Date.now()));
  const [reserved] = await log.readCurrent(subject);
  if (!reserved || !GenerationReserved.is(reserved)) throw new Error('nothing was reserved');
  const { commandId, assetId, projectId, generation, requestSeq, overage, priceCents } = reserved.data;
  const entry = { commandId, assetId, projectId, generation, requestSeq };
  await log.append(subject, GenerationCharged({ ...entry, overage, priceCents }), {
    cause: { id: 'settled' },
  });
}

describe('the pages', () => {
  it.each(['/', '/signin', '/projects/prj_1/settings/brand', '/assets/abc', '/account/usage'])(
    '%s is the application',
    async (address) => {
      const page = await gateway.call(address);
      expect([page.status, page.text, page.headers.get('cache-control')]).toEqual([200, HTML, 'no-cache']);
    },
  );

  it('run no script but our files and the one line of the page itself', async () => {
    const policy = (await gateway.call('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self' 'sha256-[A-Za-z0-9+/]{43}=';/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('that do not exist are the application with 404 for a person, and JSON for a program or under /api', async () => {
    const asked = (target: string, accept: string) => gateway.call(target, { headers: { accept } });
    expect((await asked('/nothing', 'text/html,*/*')).text).toBe(HTML);
    expect((await asked('/nothing', 'text/html,*/*')).status).toBe(404);
    expect((await asked('/nothing', '*/*')).json).toEqual({ error: 'not found' });
    expect((await asked('/api/nothing', 'text/html')).json).toEqual({ error: 'not found' });
    expect((await asked('/static/nothing.js', 'text/html')).json).toEqual({ error: 'not found' });
  });

  it('have files that stay for a year, compressed beforehand', async () => {
    const file = (coding: string) =>
      gateway.call('/static/app-1.js', { headers: { 'accept-encoding': coding } });
    const plain = await file('identity');
    expect([plain.text, plain.headers.get('cache-control')]).toEqual([
      'plain',
      'public, max-age=31536000, immutable',
    ]);
    const response = await fetch(`${gateway.url}/static/app-1.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'br' },
    });
    expect(response.headers.get('content-encoding')).toBe('br');
  });
});

describe('an asset’s timeline and purges', () => {
  it('tell one generation’s events in order, for its owner alone', async () => {
    const { id, get } = await owner();
    const stranger = await owner();
    await pipeline.make(id, 1, bytesOf('one'));
    const { status, json } = await get(`/api/assets/${id}/timeline`);
    expect([status, json.generation]).toEqual([200, 1]);
    expect(json.items.map(({ event }: { event: string }) => event)).toEqual([
      'queued',
      'r2_write_completed',
      'ready',
    ]);
    const ids = json.items.map((item: { id: string }) => Number(item.id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect((await get(`/api/assets/${id}/timeline?generation=7`)).status).toBe(404);
    expect((await get(`/api/assets/${id}/timeline?generation=x`)).status).toBe(400);
    expect((await stranger.get(`/api/assets/${id}/timeline`)).status).toBe(404);
    expect((await stranger.get(`/api/assets/${id}/purges`)).status).toBe(404);
  });

  it('name each cache with its last purge, and whether it confirmed', async () => {
    const { id, get } = await owner();
    expect((await get(`/api/assets/${id}/purges`)).json).toEqual({ generation: null, items: [] });
    await pipeline.make(id, 1, bytesOf('one'));
    const last = await pipeline.log.last(assetSubject(id, 'video'));
    const { unconfirmed: _ready, ...served } = (last?.data ?? {}) as Record<string, unknown>;
    const purged = { announced: true, caches: ['varnish'], unconfirmed: ['fastly'] };
    await pipeline.tell(id, 'video', CachesPurged({ ...served, ...purged } as never));
    expect((await get(`/api/assets/${id}/purges`)).json).toEqual({
      generation: 1,
      items: [
        { cache: 'varnish', at: expect.any(Number), confirmed: true },
        { cache: 'fastly', at: expect.any(Number), confirmed: false },
      ],
    });
  });
});

describe('usage by day', () => {
  it('has every day, the last one being today, and counts what was charged', async () => {
    const { get, userId } = await owner();
    const { json } = await get('/api/user/usage?days=3');
    const today = new Date().toISOString().slice(0, 10);
    expect(json.items).toHaveLength(3);
    expect(json.items[2]).toEqual({ day: today, included: 0, overage: 0, overage_cents: 0 });
    await charge(userId);
    const charged = await until('the charge is in the views', async () => {
      const { items } = (await get('/api/user/usage?days=1')).json;
      return items[0].included === 1 ? items : undefined;
    });
    expect(charged).toEqual([{ day: today, included: 1, overage: 0, overage_cents: 0 }]);
    expect((await get('/api/user/usage?days=93')).status).toBe(400);
  });
});

describe('the webhook inbox', () => {
  it('keeps what comes to its address, and says whether this project signed it', async () => {
    const { projectId, get, cookie } = await owner();
    const inbox = `/api/projects/${projectId}/webhooks/inbox`;
    const { url } = (await get(inbox)).json;
    const target = new URL(url).pathname;
    const set = await gateway.call(`/api/projects/${projectId}/webhooks`, {
      method: 'PUT',
      cookie,
      body: { webhook_url: 'https://hooks.example.com/' },
    });
    const body = JSON.stringify({ type: 'asset.test' });
    const now = new Date();
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(set.json.webhook_secret).sign('evt_1', now, body),
    };
    expect((await gateway.call(target, { method: 'POST', body, headers })).status).toBe(200);
    expect(
      (await gateway.call(target, { method: 'POST', body: '{"type":"asset.fake"}', headers })).status,
    ).toBe(200);
    const { items } = (await get(inbox)).json;
    expect(items).toMatchObject([
      { event_type: 'asset.fake', verified: false, reason: expect.stringMatching(/signature/i) },
      { event_type: 'asset.test', verified: true, reason: null, webhook_id: 'evt_1', body_preview: body },
    ]);
  });

  it('keeps the newest twenty, and is at no other address', async () => {
    const { projectId, get } = await owner();
    const inbox = `/api/projects/${projectId}/webhooks/inbox`;
    const target = new URL((await get(inbox)).json.url).pathname;
    for (let n = 1; n <= 22; n++) await gateway.call(target, { method: 'POST', body: `{"n":${n}}` });
    const { items } = (await get(inbox)).json;
    expect(items).toHaveLength(20);
    expect(items[0].body_preview).toBe('{"n":22}');
    const other = await owner();
    const wrong = target.replace(projectId, other.projectId);
    expect((await gateway.call(wrong, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await other.get(inbox)).status).toBe(404);
  });
});

describe('a brand’s preview', () => {
  const brand = { brandName: 'Aurora' };

  it('is the prompt that a generator gives for the asset’s picture; nothing is saved', async () => {
    const { id, projectId, post, get } = await owner();
    const target = `/api/projects/${projectId}/brand/preview`;
    expect((await post(target, { brand, asset_id: id })).json.details.fieldErrors.asset_id).toEqual([
      'has no video yet',
    ]);
    await pipeline.make(id, 1, bytesOf('one'));
    const asked: unknown[] = [];
    const responder = pipeline.log.core.respond(VISION_QUESTION, (question) => {
      asked.push(VisionQuestion.parse(question));
      return VisionAnswer.parse({ outcome: 'prompt', prompt: 'Drift.', provider: 'local' });
    });
    const answer = await post(target, { brand, asset_id: id, motion: 'kinetic' });
    responder.stop();
    expect([answer.status, answer.json]).toEqual([200, { prompt: 'Drift.', provider: 'local' }]);
    expect(asked).toMatchObject([{ brand, motion: 'kinetic', key: expect.stringContaining(id) }]);
    expect((await get(`/api/projects/${projectId}`)).json.brand).toBeNull();
  });

  it('is not of somebody else’s asset', async () => {
    const [one, other] = [await owner(), await owner()];
    const asked = await one.post(`/api/projects/${one.projectId}/brand/preview`, {
      brand,
      asset_id: other.id,
    });
    expect(asked.status).toBe(404);
  });
});
