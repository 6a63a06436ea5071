import { createHmac, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { QuotaThresholdReached } from '@zoetrope/contracts/facts/ledger';
import { ProjectCreated, WebhooksConfigured } from '@zoetrope/contracts/facts/tenant';
import { CommandId, OwnerId, type ProjectId, ProxyKey } from '@zoetrope/contracts/ids';
import type { WebhookDue, WebhookTestDue } from '@zoetrope/contracts/messages';
import {
  assetSubject,
  endpointSubject,
  ledgerSubject,
  projectSubject,
  webhookAlarm,
  webhookTestAlarm,
} from '@zoetrope/contracts/subjects';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import { until } from '@zoetrope/eventlog/testing/until';
import { eventIdOf } from '@zoetrope/platform/webhook-ids';
import standardwebhooks from 'standardwebhooks';
import { AssetStory, newProjectId } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';

// Real: broker, PostgreSQL, receivers over HTTP, the official standardwebhooks library on their side.
const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const OWNER = OwnerId.parse('owner-of-hooks');
const KEY = ProxyKey.parse(`pk_${'K'.repeat(24)}`);
const command = () => CommandId.parse(`cmd_${randomBytes(16).toString('hex')}`);

describe('webhook endpoints', () => {
  let system: NotifierSystem;
  const undo: (() => unknown)[] = [];
  beforeAll(async () => {
    system = await NotifierSystem.start();
    await system.project();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(undo.splice(0).map((step) => step()));
    await system.stopNotifiers();
  });
  afterAll(() => system.stop());

  const receiver = async (answer?: (response: ServerResponse, count: number) => void) => {
    const started = await WebhookReceiver.start(answer);
    undo.push(() => started.stop());
    return started;
  };
  const configure = (projectId: ProjectId, url: string, enabled: boolean, events: WebhookEventType[]) =>
    system.logs.gateway.append(
      projectSubject(projectId),
      WebhooksConfigured({ projectId, ownerId: OWNER, url, events, enabled }),
      { cause: { id: randomBytes(8).toString('hex') } },
    );
  const project = async (url: string, enabled = true, events: WebhookEventType[] = ['asset.failed']) => {
    const projectId = newProjectId();
    const created = ProjectCreated({ projectId, ownerId: OWNER, name: 'Shop', proxyKey: KEY });
    await system.logs.gateway.append(projectSubject(projectId), created, { cause: { id: projectId } });
    await configure(projectId, url, enabled, events);
    await system.keepSecret(projectId, SECRET);
    const row = [projectId, OWNER];
    await system.database.query('insert into views.project values ($1, $2, false)', row);
    return projectId;
  };
  const facts = (projectId: ProjectId) => system.logs.gateway.readCurrent(endpointSubject(projectId));
  const types = async (projectId: ProjectId) => (await facts(projectId)).map(({ type }) => type);
  const has = (projectId: ProjectId, type: string) =>
    until(`${type} is recorded`, async () => (await facts(projectId)).find((fact) => fact.type === type));
  const failure = async (projectId: ProjectId) => {
    const asset = new AssetStory(system, projectId);
    await asset.asked();
    await asset.queued();
    await asset.failed();
    return asset;
  };
  const ended = (asset: AssetStory, type: string) =>
    until(`${type} is recorded`, async () => (await asset.facts('delivery')).find((f) => f.type === type));

  it('are tested before they are enabled; the first delivered test enables them, once', async () => {
    const shop = await receiver();
    const projectId = await project(shop.url, false);
    const { log } = await system.notifier();
    const due: WebhookTestDue = { projectId, commandId: command() };
    for (let copy = 0; copy < 3; copy++) await log.alarms.ring('notifier', webhookTestAlarm(projectId), due);
    await has(projectId, 'EndpointEnabled');
    await has(projectId, 'WebhookDelivered');
    const body = shop.verified(0, SECRET);
    expect(body).toMatchObject({ id: eventIdOf(due.commandId), type: 'asset.test', asset_id: null });
    expect(body.data).toEqual({ generation: 0, sequence: expect.any(Number) });
    const another = { projectId, commandId: command() };
    await log.alarms.ring('notifier', webhookTestAlarm(projectId), another);
    await shop.count(2);
    await until('both are recorded', async () => (await types(projectId)).length === 7);
    expect((await types(projectId)).sort()).toEqual([
      'EndpointEnabled',
      'EndpointTestAsked',
      'EndpointTestAsked',
      'WebhookDelivered',
      'WebhookDelivered',
      'WebhookDispatched',
      'WebhookDispatched',
    ]);
    expect(shop.received).toHaveLength(2);
  });

  it('hear of the month’s thresholds, each subscribed project of the owner once', async () => {
    const shops = [await receiver(), await receiver(), await receiver()];
    const wanted: WebhookEventType[][] = [['quota.threshold'], ['quota.threshold'], ['asset.failed']];
    for (const [n, shop] of shops.entries()) await project(shop.url, true, wanted[n]);
    await system.notifier();
    const fact = QuotaThresholdReached({
      ...{ commandId: command(), assetId: new AssetStory(system).id, projectId: newProjectId() },
      ...{ generation: 1, requestSeq: 1, plan: 'pro', limit: 100, percent: 80, used: 80, overage: 0 },
    });
    const subject = ledgerSubject(OWNER, '2026-11');
    await system.logs.quota.append(subject, fact, { cause: { id: 'charge' } });
    for (const shop of shops.slice(0, 2)) await shop.count(1);
    expect(shops[0]?.verified(0, SECRET)).toMatchObject({
      type: 'quota.threshold',
      asset_id: null,
      data: { generation: 0, period: '2026-11', plan: 'pro', percent: 80, used: 80, limit: 100 },
    });
    expect(shops.map(({ received }) => received.length)).toEqual([1, 1, 0]);
  });

  it('that answer 410 are disabled at once; what comes then is kept, and a replay sends it', async () => {
    let gone = true;
    const shop = await receiver((response) => response.writeHead(gone ? 410 : 200).end('bye'));
    const projectId = await project(shop.url);
    const { log } = await system.notifier();
    const first = await failure(projectId);
    await ended(first, 'WebhookDeadLettered');
    expect((await facts(projectId)).at(-1)).toMatchObject({
      type: 'EndpointDisabled',
      data: { reason: 'gone' },
    });
    const second = await failure(projectId);
    const held = await ended(second, 'WebhookHeld');
    expect(shop.received).toHaveLength(1);
    gone = false;
    await configure(projectId, shop.url, true, ['asset.failed']);
    const { deliveryId, eventId, sourceSeq } = held.data as Record<string, string>;
    const replay = command();
    const due: WebhookDue = { projectId, stream: 'ASSETS', seq: Number(sourceSeq), replay };
    for (let copy = 0; copy < 3; copy++)
      await log.alarms.ring('notifier', webhookAlarm(String(deliveryId)), due);
    await ended(second, 'WebhookDelivered');
    expect(await second.types('delivery')).toEqual([
      'WebhookHeld',
      'WebhookReplayed',
      'WebhookDispatched',
      'WebhookDelivered',
    ]);
    expect(shop.received[1]?.headers['webhook-id']).toBe(eventId);
    expect(shop.verified(1, SECRET).id).toBe(eventId);
  });

  it('verify with the old and the new secret while both count, by the library and by hand', async () => {
    const shop = await receiver();
    const projectId = await project(shop.url);
    const next = `whsec_${randomBytes(32).toString('base64')}`;
    await system.rotateSecret(projectId, next);
    await system.notifier();
    await ended(await failure(projectId), 'WebhookDelivered');
    const [{ headers, bytes }] = shop.received as [(typeof shop.received)[number]];
    for (const secret of [SECRET, next]) {
      const verified = new standardwebhooks.Webhook(secret).verify(bytes, headers as Record<string, string>);
      expect(verified).toMatchObject({ type: 'asset.failed' });
    }
    // https://github.com/standard-webhooks/standard-webhooks: base64 HMAC-SHA256 over id.timestamp.body
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${bytes.toString('utf8')}`;
    const signed = [next, SECRET].map((secret) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
    });
    expect(headers['webhook-signature']).toBe(signed.join(' '));
  });

  it('are waited for as long as they ask; the beginning of their answer is kept', async () => {
    const shop = await receiver((response) =>
      response.writeHead(503, { 'retry-after': '3600' }).end(`down\u0000 ${'x'.repeat(10_000)}`),
    );
    const projectId = await project(shop.url);
    await system.notifier();
    const asset = await failure(projectId);
    const { data, meta } = await ended(asset, 'WebhookFailed');
    const { nextAttemptAt, responseBody } = data as { nextAttemptAt: number; responseBody: string };
    expect(Math.abs(nextAttemptAt - meta.ts - 3_600_000)).toBeLessThan(10_000);
    expect(responseBody).toBe(`down ${'x'.repeat(1_024 - 5)}`);
    const last = await system.logs.gateway.last(assetSubject(asset.id, 'delivery'));
    expect(last?.type).toBe('WebhookFailed');
  });
});
