import { createHmac, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebhookDispatched } from '@zoetrope/contracts/facts/delivery';
import {
  ProjectCreated,
  ProxyConfigChanged,
  ProxyKeyRotated,
  WebhooksConfigured,
} from '@zoetrope/contracts/facts/tenant';
import { OwnerId, type ProjectId, ProxyKey, SigningSecretId } from '@zoetrope/contracts/ids';
import { projectSubject, webhookAlarm } from '@zoetrope/contracts/subjects';
import type { WebhookEventType } from '@zoetrope/contracts/webhook-events';
import { until } from '@zoetrope/eventlog/testing/until';
import { systemClock } from '@zoetrope/platform/clock';
import { deliveryIdOf, eventIdOf } from '@zoetrope/platform/webhook-ids';
import { AssetStory, newProjectId } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';
import { PACE } from './lanes.js';

// Real: broker, PostgreSQL, receivers over HTTP, the official standardwebhooks library on their side.
const SECRET = `whsec_${randomBytes(24).toString('base64')}`;
const KEY = ProxyKey.parse(`pk_${'K'.repeat(24)}`);
const COMPLETED: WebhookEventType[] = ['asset.completed', 'asset.failed'];

describe('webhooks', () => {
  let system: NotifierSystem;
  const undo: (() => unknown)[] = [];
  beforeAll(async () => {
    system = await NotifierSystem.start();
    await system.project();
  }, 60_000);
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(undo.splice(0).map((step) => step()));
    await system.stopNotifiers();
  });
  afterAll(() => system.stop());

  const receiver = async (answer?: (response: ServerResponse, count: number) => void) => {
    const started = await WebhookReceiver.start(answer);
    undo.push(() => started.stop());
    return started;
  };
  const project = async (url: string, events = COMPLETED, enabled = true): Promise<ProjectId> => {
    const who = { projectId: newProjectId(), ownerId: OwnerId.parse('owner-1') };
    const append = (fact: Parameters<typeof system.logs.gateway.append>[1]) =>
      system.logs.gateway.append(projectSubject(who.projectId), fact, { cause: { id: who.projectId } });
    await append(ProjectCreated({ ...who, name: 'Shop', proxyKey: KEY }));
    await append(WebhooksConfigured({ ...who, url, events, enabled }));
    await system.keepSecret(who.projectId, SECRET);
    return who.projectId;
  };
  const ends = (asset: AssetStory, type: string) =>
    until(`${type} is recorded`, async () => (await asset.facts('delivery')).find((f) => f.type === type));
  const answering =
    (status: number, headers = {}) =>
    (response: ServerResponse) =>
      response.writeHead(status, headers).end();

  it('tells of the new video once, signed, with the address that never changes', async () => {
    const shop = await receiver();
    const asset = new AssetStory(system, await project(shop.url));
    await system.notifier();
    await asset.asked();
    await asset.queued();
    await asset.stored();
    await ends(asset, 'WebhookDelivered');
    const body = shop.verified(0, SECRET);
    const ready = (await asset.facts('video')).find(({ type }) => type === 'GenerationReady');
    expect(body).toEqual({
      id: eventIdOf(String(ready?.meta.id)),
      type: 'asset.completed',
      ts: ready?.meta.ts,
      timestamp: new Date(Number(ready?.meta.ts)).toISOString(),
      asset_id: asset.id,
      project_id: asset.projectId,
      request_id: 'req-1',
      data: {
        generation: 1,
        sequence: ready?.meta.seq,
        mp4_url: `https://z.example/v1/${KEY}/img.example.com/a.png.mp4?motion=subtle`,
        bytes: asset.video(1).bytes,
        sha256: asset.video(1).sha256,
        duration_ms: 4_000,
        loop_mode: 'native',
        model: 'seedance',
      },
    });
    expect(shop.received[0]?.headers['webhook-id']).toBe(body.id);
    expect(shop.received).toHaveLength(1);
    expect(await asset.types('delivery')).toEqual(['WebhookDispatched', 'WebhookDelivered']);
  });

  it('carries an address that opens: under the newest key, and signed where the project signs', async () => {
    const shop = await receiver();
    const projectId = await project(shop.url);
    const who = { projectId, ownerId: OwnerId.parse('owner-1') };
    const signingSecretId = SigningSecretId.parse(`sec_${'a'.repeat(32)}`);
    const proxyKey = ProxyKey.parse(`pk_${'N'.repeat(24)}`);
    await system.keepSigningSecret(projectId, signingSecretId, 'zsk_secret');
    for (const fact of [
      ProxyKeyRotated({ ...who, proxyKey, overlapUntil: null }),
      ProxyConfigChanged({ ...who, signingEnabled: true, signingSecretId }),
    ])
      await system.logs.gateway.append(projectSubject(projectId), fact, { cause: { id: projectId } });
    const asset = new AssetStory(system, projectId);
    await system.notifier();
    await asset.asked();
    await asset.queued();
    await asset.stored();
    await ends(asset, 'WebhookDelivered');
    const { data } = shop.verified(0, SECRET) as { data: { mp4_url: string } };
    const src = Buffer.from('https://img.example.com/a.png').toString('base64url');
    const [, exp, sig] = /&exp=(\d+)&sig=(\w+)$/.exec(data.mp4_url) ?? [];
    const text = `${proxyKey}:https://img.example.com/a.png:${exp}:motion=subtle`;
    expect(sig).toBe(createHmac('sha256', 'zsk_secret').update(text).digest('hex'));
    expect(data.mp4_url).toContain(`/v1/${proxyKey}/${src}.mp4?motion=subtle&`);
    expect(Math.abs(Number(exp) - Date.now() / 1_000 - 86_400)).toBeLessThan(120);
  });

  it('tells what was subscribed and nothing else, and nothing to a disabled endpoint', async () => {
    const [shop, off] = [await receiver(), await receiver()];
    const stages = new AssetStory(system, await project(shop.url, ['asset.stage_completed']));
    const disabled = new AssetStory(system, await project(off.url, ['asset.stage_completed'], false));
    await system.notifier();
    for (const asset of [disabled, stages]) {
      await asset.asked();
      await asset.queued();
      await asset.stageCompleted();
    }
    await ends(stages, 'WebhookDelivered');
    expect(shop.verified(0, SECRET)).toMatchObject({
      type: 'asset.stage_completed',
      data: { stage: 'stage1', attempt: 1, latency_ms: 12 },
    });
    expect([shop.received.length, off.received.length]).toEqual([1, 0]);
  });

  it('climbs the ladder with one id, then leaves a dead letter', async () => {
    let skew = 0;
    jest.spyOn(systemClock, 'now').mockImplementation(() => Date.now() + skew);
    const shop = await receiver(answering(500));
    const asset = new AssetStory(system, await project(shop.url));
    const { log } = await system.notifier();
    await asset.asked();
    await asset.queued();
    const seq = await asset.failed();
    for (let attempt = 1; attempt <= 6; attempt++) {
      await shop.count(attempt);
      const failed = await until('the attempt is recorded', async () =>
        (await asset.facts('delivery')).find(
          ({ type, data }) => type === 'WebhookFailed' && (data as { attempt: number }).attempt === attempt,
        ),
      );
      const { nextAttemptAt, deliveryId } = failed.data as { nextAttemptAt?: number; deliveryId: string };
      expect(nextAttemptAt === undefined).toBe(attempt === 6);
      if (nextAttemptAt === undefined) break;
      skew = nextAttemptAt - Date.now();
      const due = { projectId: asset.projectId, stream: 'ASSETS', seq };
      await log.alarms.ring('notifier', webhookAlarm(deliveryId), due);
    }
    await ends(asset, 'WebhookDeadLettered');
    expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(shop.received.map(({ bytes }) => bytes.toString())).size).toBe(1);
    expect(shop.received).toHaveLength(6);
  });

  it('makes an attempt again by its own alarm', async () => {
    const shop = await receiver((response, count) => response.writeHead(count === 1 ? 503 : 204).end());
    const asset = new AssetStory(system, await project(shop.url));
    await system.notifier();
    // A clock that is behind makes the alarm of the next attempt due at once by the broker's.
    const behind = jest.spyOn(systemClock, 'now').mockImplementation(() => Date.now() - 40_000);
    await asset.asked();
    await asset.queued();
    await asset.failed();
    await ends(asset, 'WebhookFailed');
    behind.mockRestore();
    await ends(asset, 'WebhookDelivered');
    expect(shop.received).toHaveLength(2);
  });

  it.each([
    ['a redirect, which is not followed', 302, { location: 'https://example.com/' }, 'WebhookFailed'],
    ['410 Gone, at once for good', 410, {}, 'WebhookDeadLettered'],
  ] as const)('counts as failed: %s', async (_what, status, headers, end) => {
    const shop = await receiver(answering(status, headers));
    const asset = new AssetStory(system, await project(shop.url));
    await system.notifier();
    await asset.asked();
    await asset.queued();
    await asset.failed();
    await ends(asset, end);
    const failed = (await asset.facts('delivery')).find(({ type }) => type === 'WebhookFailed');
    expect(failed?.data).toMatchObject({ responseCode: status, reason: `answered with status ${status}` });
    expect(shop.received).toHaveLength(1);
  });

  it('does not contact an address that the operator did not open', async () => {
    const asset = new AssetStory(system, await project('http://169.254.169.254/latest'));
    await system.notifier();
    await asset.asked();
    await asset.queued();
    await asset.failed();
    const failed = await ends(asset, 'WebhookFailed');
    expect((failed.data as { reason: string }).reason).toMatch(/^forbidden_address/);
  });

  it('repeats a POST whose end was never recorded, under the same webhook-id', async () => {
    const shop = await receiver();
    const asset = new AssetStory(system, await project(shop.url));
    await asset.asked();
    await asset.queued();
    await asset.failed();
    const failure = (await asset.facts('generation')).at(-1);
    const { assetId, projectId, generation, requestSeq } = asset.video(1);
    const eventId = eventIdOf(String(failure?.meta.id));
    // What a copy leaves behind that dies after its POST.
    const dispatched = WebhookDispatched({
      ...{ assetId, projectId, generation, requestSeq, eventId, eventType: 'asset.failed', attempt: 1 },
      deliveryId: deliveryIdOf(eventId, projectId),
    });
    await asset.append(system.logs.notifier, 'delivery', dispatched);
    await system.notifier({ claimMs: 1_000 });
    const delivered = await ends(asset, 'WebhookDelivered');
    expect(delivered.data).toMatchObject({ attempt: 1, eventId });
    expect(shop.received[0]?.headers['webhook-id']).toBe(eventId);
    expect(await asset.types('delivery')).toEqual([
      'WebhookDispatched',
      'WebhookDispatched',
      'WebhookDelivered',
    ]);
  });

  it('keeps no other project waiting for one that does not answer', async () => {
    const held: ServerResponse[] = [];
    const slow = await receiver((response) => held.push(response));
    const quick = await receiver();
    const slowProject = await project(slow.url);
    const busy = Array.from({ length: 80 }, () => new AssetStory(system, slowProject));
    const asset = new AssetStory(system, await project(quick.url));
    await system.notifier({ graceMs: 300, receiverMs: 120_000, claimMs: 180_000 }); // nobody is given up meanwhile
    for (const one of [...busy, asset]) {
      await one.asked();
      await one.queued();
      await one.failed();
    }
    await ends(asset, 'WebhookDelivered');
    // Only as many as one project may have at once have been tried, and none of them has ended.
    expect(slow.received.length).toBe(PACE.atOnce);
    for (const response of held) response.end();
  });
});
