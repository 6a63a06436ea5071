import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '@zoetrope/contracts/fact';
import {
  EndpointDisabled,
  EndpointEnabled,
  EndpointFailing,
  EndpointTestAsked,
  EndpointWarned,
} from '@zoetrope/contracts/facts/endpoint';
import { ProjectId } from '@zoetrope/contracts/ids';
import { WebhookDue, WebhookTestDue } from '@zoetrope/contracts/messages';
import { assetSubject, endpointSubject } from '@zoetrope/contracts/subjects';
import { ATTACK_URLS } from '@zoetrope/egress/testing/attacks';
import { connectLog } from '@zoetrope/eventlog/connect';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { until } from '@zoetrope/eventlog/testing/until';
import { sealingKey, unseal, webhookSecretContext } from '@zoetrope/platform/sealing';
import { deliveryIdOf, eventIdOf } from '@zoetrope/platform/webhook-ids';
import { deliveryStory, story } from '@zoetrope/projections/testing/facts';
import { DataSource } from 'typeorm';
import { MailServer } from '../accounts/mail-server.testing.js';
import { Directory } from '../directory/directory.js';
import { type Answer, GatewayUnderTest } from '../testing/gateway-under-test.js';

/** Real: gateway, broker, PostgreSQL. The notifier's facts are appended in its name. */
let gateway: GatewayUnderTest;
let notifier: EventLog;
let mail: MailServer;
let owner: string;
let cookie: string;
let id: ProjectId;
const HOOK = 'https://hooks.example.com/';

beforeAll(async () => {
  mail = await MailServer.start();
  gateway = await GatewayUnderTest.start({
    RATE_OTHER: '100000',
    RATE_WEBHOOKS_TEST: '3',
    SMTP_URL: mail.url,
  });
  ({ cookie: owner } = await gateway.person('pro'));
  notifier = await connectLog(gateway.nats.url, { service: 'notifier' });
}, 60_000);
afterAll(async () => {
  await notifier?.close();
  await gateway?.stop();
  await mail?.stop();
});
beforeEach(async () => {
  cookie = owner;
  id = ProjectId.parse(await gateway.project(cookie));
});

const call = (path: string, how: Parameters<GatewayUnderTest['call']>[1] = {}): Promise<Answer> =>
  gateway.call(`/api/projects/${id}/webhooks${path}`, { cookie, ...how });
const put = (body: object) => call('', { method: 'PUT', body });
const post = (path: string, body?: object, headers = {}) => call(path, { method: 'POST', body, headers });
const append = async (subject: string, ...facts: Fact[]) => {
  let seq = 0;
  for (const fact of facts) {
    const appended = await notifier.append(subject, fact, { cause: { id: `${fact.type}-${Math.random()}` } });
    if (appended.kind === 'appended') seq = appended.seq;
  }
  return seq;
};
const endpoint = async (...facts: Fact[]) => {
  const seq = await append(endpointSubject(id), ...facts);
  await gateway.service.app.get(Directory).waitFor(seq);
};
const listed = (count: number, query = '') =>
  until(`${count} deliveries are listed`, async () => {
    const { json } = await call(`/deliveries${query}`);
    return json.items.length === count && json;
  });
/** What the gateway told the notifier until `work` had its answer. */
const rung = async <T>(subject: string, work: () => Promise<T>) => {
  const heard: unknown[] = [];
  const ear = gateway.service.log.core.subscribe(subject, (data) => heard.push(data));
  const answer = await work();
  await gateway.service.log.lastStreamSeq('TIMERS'); // on the same connection: what was said before has come
  ear.stop();
  return { answer, heard };
};

describe('the webhook secret', () => {
  it('is shown once, and by its last characters from then on', async () => {
    const first = (await put({ webhook_url: HOOK })).json;
    expect(first.webhook_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = (await put({ webhook_events: ['asset.failed'] })).json;
    expect(again).toEqual({
      webhook_url: HOOK,
      webhook_events: ['asset.failed'],
      webhooks_enabled: false,
      webhook_secret_preview: `whsec_…${first.webhook_secret.slice(-4)}`,
      webhooks_disabled: null,
      webhooks_failing: null,
    });
    expect((await call('')).json).toEqual(again);
  });

  it('is replaced by another one; the old one, sealed, goes on for 24 hours', async () => {
    const { webhook_secret: first } = (await put({ webhook_url: HOOK })).json;
    const rotated = await post('/rotate-secret');
    expect([rotated.status, Object.keys(rotated.json)]).toEqual([200, ['webhook_secret']]);
    await post('/rotate-secret');
    const rows = await gateway.service.app
      .get(DataSource)
      .query('SELECT * FROM secrets.replaced_webhook_secret WHERE project_id = $1 ORDER BY ends_at', [id]);
    const key = sealingKey('a secret key of the tests, long enough');
    const opened = rows.map((row: { secret_encrypted: string }) =>
      unseal(key, row.secret_encrypted, webhookSecretContext(id)),
    );
    expect(opened).toEqual([first, rotated.json.webhook_secret]);
    const hours = rows.map((row: { ends_at: Date }) => (row.ends_at.getTime() - Date.now()) / 3_600_000);
    for (const left of hours) expect(Math.abs(left - 24)).toBeLessThan(0.1);
    expect(JSON.stringify(rows)).not.toContain(first);
  });
});

describe('an endpoint', () => {
  it(`is not saved at any of ${ATTACK_URLS.length} attack addresses`, async () => {
    const answers = await Promise.all(ATTACK_URLS.map((webhook_url) => put({ webhook_url })));
    const seen = answers.map(({ status, json }, n) => [
      ATTACK_URLS[n],
      status,
      Object.keys(json.details.fieldErrors),
    ]);
    expect(seen).toEqual(ATTACK_URLS.map((url) => [url, 400, ['webhook_url']]));
    expect((await call('')).json.webhook_url).toBeNull();
  });

  it('is tested by a durable message, 30 a minute at most, once it has an address', async () => {
    const bare = await post('/test');
    expect([bare.status, bare.json.details.formErrors]).toEqual([
      400,
      ['there is no webhook_url to send to'],
    ]);
    await put({ webhook_url: HOOK });
    const { answer, heard } = await rung(`due.notifier.webhook-test.${id}`, () => post('/test'));
    const due = WebhookTestDue.parse(heard[0]);
    const event_id = eventIdOf(due.commandId);
    expect([answer.status, answer.json]).toEqual([
      202,
      { event_id, delivery_id: deliveryIdOf(event_id, id) },
    ]);
    expect(due.projectId).toBe(id);
    await post('/test');
    const limited = await post('/test');
    expect([limited.status, limited.json.error]).toEqual([429, 'rate limited']);
  });

  it('that a test reached is enabled; one that is gone is disabled until its owner enables it', async () => {
    await put({ webhook_url: HOOK });
    await endpoint(EndpointEnabled({ projectId: id }));
    expect((await call('')).json.webhooks_enabled).toBe(true);
    await endpoint(EndpointDisabled({ projectId: id, reason: 'gone' }));
    expect((await call('')).json).toMatchObject({
      webhooks_enabled: false,
      webhooks_disabled: { reason: 'gone', at: expect.any(Number) },
    });
    expect((await put({ webhook_events: ['asset.failed'] })).json.webhooks_enabled).toBe(false);
    expect((await put({ webhooks_enabled: true })).json).toMatchObject({
      webhooks_enabled: true,
      webhooks_disabled: null,
    });
  });

  it('has its owner written to before and when it is disabled', async () => {
    const person = await gateway.person();
    ({ cookie } = person);
    id = ProjectId.parse(await gateway.project(cookie));
    await put({ webhook_url: HOOK, webhooks_enabled: true });
    const failingSince = Date.now() - 3 * 86_400_000;
    const disablesAt = failingSince + 5 * 86_400_000;
    await endpoint(EndpointWarned({ projectId: id, failingSince, disablesAt }));
    const warning = await mail.to(person.email);
    expect(warning.subject).toBe('Webhooks of Shop keep failing');
    expect(warning.text).toContain(new Date(disablesAt).toUTCString());
    await endpoint(EndpointDisabled({ projectId: id, reason: 'failing' }));
    const notice = await mail.to(person.email);
    expect(notice.subject).toBe('Webhooks of Shop are disabled');
    expect(notice.text).toContain(HOOK);
  });

  it('says since when it fails, and when it will be disabled', async () => {
    await put({ webhook_url: HOOK, webhooks_enabled: true });
    await endpoint(EndpointFailing({ projectId: id, reason: 'no' }));
    const { webhooks_failing } = (await call('')).json;
    expect(webhooks_failing.disables_at - webhooks_failing.since).toBe(5 * 86_400_000);
  });
});

describe('deliveries', () => {
  const told = async (count: number) => {
    const stories = Array.from({ length: count }, (_, n) =>
      deliveryStory(Math.floor(Math.random() * 2 ** 48) + n, undefined, id),
    );
    for (const one of stories) await append(endpointSubject(id), one.dispatched(), one.delivered());
    return stories;
  };

  it('are listed newest first, in pages, by status, and only to their owner', async () => {
    const stories = await told(5);
    const held = deliveryStory(Math.floor(Math.random() * 2 ** 48), undefined, id);
    await append(endpointSubject(id), held.held());
    await listed(6);
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { json } = await call(`/deliveries?limit=2${cursor}`);
      seen.push(...json.items.map((item: { id: string }) => item.id));
      if (json.next_cursor === null) break;
      cursor = `&cursor=${json.next_cursor}`;
    }
    expect(new Set(seen)).toEqual(new Set([...stories, held].map(({ deliveryId }) => deliveryId)));
    expect(seen).toHaveLength(6);
    expect((await listed(1, '?status=held')).items[0]).toEqual({
      id: held.deliveryId,
      event_id: held.eventId,
      event_type: 'asset.test',
      asset_id: null,
      attempt: 0,
      status: 'held',
      response_code: null,
      error: 'the endpoint is disabled',
      next_attempt_ts: null,
      created_at: expect.any(Number),
      delivered_at: null,
      response_body_preview: null,
    });
    for (const query of ['status=lost', 'cursor=x', 'limit=0'])
      expect((await call(`/deliveries?${query}`)).status).toBe(400);
  });

  it('go back 1000', async () => {
    await gateway.service.app.get(DataSource).query(
      `INSERT INTO views.endpoint_delivery
         (id, event_id, event_type, project_id, attempt, status, created_at, created_seq)
       SELECT 'dlv_' || lpad(to_hex(n), 32, '0'), 'evt_', 'asset.test', $1, 1, 'delivered', n, n
       FROM generate_series(1, 1005) n`,
      [id],
    );
    let items = 0;
    for (let cursor = ''; ; items += 100) {
      const { json } = await call(`/deliveries?limit=100${cursor}`);
      if (json.next_cursor === null) break;
      cursor = `&cursor=${json.next_cursor}`;
    }
    expect(items + 100).toBe(1_000);
  });

  it('one by one have the payload as it was sent and the beginning of the answer', async () => {
    const eventId = eventIdOf('a test');
    const sourceSeq = await append(endpointSubject(id), EndpointTestAsked({ projectId: id, eventId }));
    const one = deliveryStory(Math.floor(Math.random() * 2 ** 48), undefined, id, sourceSeq);
    await append(endpointSubject(id), one.dispatched(), one.delivered());
    await listed(1, '?status=delivered');
    const { json } = await call(`/deliveries/${one.deliveryId}`);
    expect(json).toMatchObject({ status: 'delivered', response_code: 200, response_body_preview: 'ok' });
    expect(json.payload_json).toMatchObject({
      id: one.eventId,
      type: 'asset.test',
      asset_id: null,
      project_id: id,
      data: { generation: 0, sequence: sourceSeq },
    });
  });

  it('of an asset carry its proxy URL', async () => {
    const src = 'https://images.example.com/a.png';
    const prepared = await gateway.call('/api/v1/prepare', { cookie, body: { project_id: id, src } });
    const { asset_id: assetId, mp4_url } = prepared.json;
    const { log } = gateway.service;
    const requestSeq = await log.lastSeq(assetSubject(assetId, 'request'));
    const ready = story(assetId, { projectId: id }).ready(1, requestSeq);
    const seq = await append(assetSubject(assetId, 'video'), ready);
    const one = deliveryStory(Math.floor(Math.random() * 2 ** 48), assetId, id, seq);
    await append(assetSubject(assetId, 'delivery'), one.dispatched(), one.delivered());
    await listed(1);
    const { json } = await call(`/deliveries/${one.deliveryId}`);
    expect(json.asset_id).toBe(assetId);
    expect(json.payload_json).toMatchObject({
      type: 'asset.completed',
      asset_id: assetId,
      data: { generation: 1, sequence: seq, mp4_url, sha256: ready.data.sha256 },
    });
  });

  it('of somebody else do not exist, neither in a project of one’s own', async () => {
    const [theirs] = await told(1);
    await listed(1);
    ({ cookie } = await gateway.person());
    const stranger = await call(`/deliveries/${theirs?.deliveryId}`);
    id = ProjectId.parse(await gateway.project(cookie));
    await put({ webhook_url: HOOK, webhooks_enabled: true });
    const inOwn = await call(`/deliveries/${theirs?.deliveryId}`);
    const replayed = await post(`/deliveries/${theirs?.deliveryId}/replay`);
    for (const { status, text } of [stranger, inOwn, replayed])
      expect([status, text]).toEqual([404, '{"error":"not found"}']);
  });
});

describe('a replay', () => {
  const failing = async (count: number) => {
    await put({ webhook_url: HOOK, webhooks_enabled: true });
    const stories = Array.from({ length: count }, () =>
      deliveryStory(Math.floor(Math.random() * 2 ** 48), undefined, id),
    );
    for (const one of stories) await append(endpointSubject(id), one.dispatched(), one.failed(), one.dead());
    await listed(count, '?status=dead_letter');
    return stories.map(({ deliveryId }) => deliveryId);
  };

  it('of one tells the notifier, once for each Idempotency-Key', async () => {
    const [one = ''] = await failing(1);
    const path = `/deliveries/${one}/replay`;
    const { answer, heard } = await rung(`due.notifier.webhook.${one}`, async () => {
      const first = await post(path, undefined, { 'idempotency-key': 'again' });
      const second = await post(path, undefined, { 'idempotency-key': 'again' });
      return { first, second };
    });
    expect(answer.first.status).toBe(202);
    expect(answer.first.json).toMatchObject({ id: one, status: 'pending' });
    expect(answer.second.text).toBe(answer.first.text);
    expect(answer.second.headers.get('idempotency-replayed')).toBe('true');
    expect(heard).toHaveLength(1);
    expect(WebhookDue.parse(heard[0])).toMatchObject({
      projectId: id,
      stream: 'TENANTS',
      replay: expect.any(String),
    });
  });

  it('of a range counts first, then sends all of it under one command', async () => {
    const ids = await failing(4);
    const range = { from: 0, to: Date.now() + 60_000 };
    const counted = await post('/replay', { ...range, status: 'dead_letter', dry_run: true });
    expect([counted.status, counted.json]).toEqual([200, { dry_run: true, count: 4, next_from: null }]);
    expect((await post('/replay', { ...range, status: 'delivered', dry_run: true })).json.count).toBe(0);
    const { answer, heard } = await rung('due.notifier.webhook.*', () => post('/replay', range));
    expect([answer.status, answer.json]).toEqual([202, { dry_run: false, count: 4, next_from: null }]);
    expect(new Set(heard.map((due) => WebhookDue.parse(due).replay)).size).toBe(1);
    expect(heard).toHaveLength(ids.length);
  });

  it('refuses what makes no sense, and a disabled endpoint', async () => {
    for (const body of [
      {},
      { from: 5, to: 5 },
      { from: 0, to: 1, status: 'pending' },
      { from: 'now', to: 1 },
    ])
      expect((await post('/replay', body)).status).toBe(400);
    const [one] = await failing(1);
    await put({ webhooks_enabled: false });
    const refused = await post('/replay', { from: 0, to: Date.now() + 60_000 });
    const formErrors = ['webhooks are disabled: enable them first'];
    expect([refused.status, refused.json.details.formErrors]).toEqual([400, formErrors]);
    // A test is sent before anything is enabled, and so is its replay.
    expect((await post(`/deliveries/${one}/replay`)).status).toBe(202);
  });
});
