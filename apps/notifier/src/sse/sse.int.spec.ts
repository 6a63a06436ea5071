import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebhookDispatched } from '@zoetrope/contracts/facts/delivery';
import { assetSubject, progressSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import type { RunningService } from '@zoetrope/platform/service';
import { AssetStory } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { SseReader } from '../testing/sse-reader.js';

// Real: broker, HTTP server and clients. Facts of gateway and generator are appended by the test in their name.
describe('SSE', () => {
  let system: NotifierSystem;
  let service: RunningService;
  const readers: SseReader[] = [];
  const open = async (path: string, headers?: Record<string, string>, port = service.port) => {
    const reader = await SseReader.open(port, path, headers);
    readers.push(reader);
    return reader;
  };
  beforeAll(async () => {
    system = await NotifierSystem.start();
    await system.project();
    service = await system.notifier();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(readers.splice(0).map((reader) => reader.close()));
  });
  afterAll(() => system.stop());

  it('gives a new client the newest accepted request so far, then what comes', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    await asset.failed(1);
    await asset.asked(2);
    const queuedSeq = await asset.queued(2);
    const reader = await open(`asset/${asset.id}?view=owner`);
    await reader.event('queued');
    await asset.stageCompleted(2);
    await asset.stored(2);
    await reader.event('ready');
    expect(reader.events).toEqual([
      'queued',
      'stage_completed',
      'r2_write_completed',
      'cache_purged',
      'ready',
    ]);
    expect(reader.frames[0]).toMatchObject({
      id: expect.stringMatching(new RegExp(`^[0-9a-z]+-${queuedSeq}$`)),
      data: { asset_id: asset.id, generation: 2, attempt: 1, request_id: 'req-1' },
    });
    expect(reader.frames[1]?.data).toMatchObject({ stage: 'stage1', attempt: 1, latency_ms: 12 });
    expect(reader.frames[2]?.data).toMatchObject({ stage: 'r2_write', latency_ms: 20 });
  });

  it('shows nothing older once a regenerate was accepted, even before it is queued', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    await asset.failed(1);
    await asset.asked(2);
    const reader = await open(`asset/${asset.id}`);
    await asset.queued(2);
    await reader.event('queued');
    // The newer one supersedes; what is still said about the older one is nothing new clients are told.
    await asset.cancelled(1);
    await asset.cancelled(2);
    await reader.event('cancelled');
    expect(reader.frames.map(({ data }) => data?.generation)).toEqual([2, 2]);
  });

  it('falls back to the generation before when the newest ask is refused', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    await asset.asked(2);
    const reader = await open(`asset/${asset.id}`);
    await asset.refused(2);
    await reader.event('queued');
    expect(reader.frames.map(({ data }) => data?.generation)).toEqual([1]);
  });

  it('resumes an asset with nothing lost and nothing twice while facts flow', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    const expected = [await asset.queued(1)];
    const writing = (async () => {
      for (let n = 0; n < 150; n++) expected.push(await asset.stageCompleted(1));
      expected.push(await asset.failed(1));
    })();
    expect(await collect(`asset/${asset.id}`, {}, 7)).toEqual(await writing.then(() => expected));
  });

  it('resumes a project, and other projects stay out of it', async () => {
    const [mine, other] = [new AssetStory(system), new AssetStory(system)];
    const second = new AssetStory(system, mine.projectId);
    for (const asset of [mine, second, other]) await asset.asked(1);
    const reader = await open(`project/${mine.projectId}`);
    const expected: number[] = [];
    expected.push(await mine.queued(1));
    await reader.event('queued');
    const writing = (async () => {
      for (let n = 0; n < 50; n++) {
        expected.push(await mine.stageCompleted(1));
        await other.stageCompleted(1);
        expected.push(await second.stageCompleted(1));
      }
      expected.push(await mine.failed(1));
    })();
    const rest = await collect(`project/${mine.projectId}`, { 'last-event-id': reader.lastId }, 5);
    await writing;
    expect(rest).toEqual(expected.slice(1));
  });

  /** Reads `step` frames, breaks off, comes back with the last id, until `failed` has come. */
  async function collect(path: string, headers: Record<string, string>, step: number): Promise<number[]> {
    const seqs: number[] = [];
    for (let resume = headers; ; ) {
      const reader = await open(path, resume);
      const over = () => reader.events.includes('failed');
      await until('more frames come', () => reader.seqs.length >= step || over());
      await reader.close();
      seqs.push(...reader.seqs);
      if (over()) return seqs;
      resume = { 'last-event-id': reader.lastId };
    }
  }

  it.each([
    ['of another log', (known: string) => `zzz-${known.split('-')[1]}`],
    ['from beyond the end', (known: string) => `${known.split('-')[0]}-99999999`],
    ['that is none', () => 'what?'],
  ])('answers a cursor %s with a reset, then the current generation', async (_what, forge) => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    const first = await open(`asset/${asset.id}`);
    await first.event('queued');
    const reader = await open(`asset/${asset.id}`, { 'last-event-id': forge(first.lastId) });
    await reader.event('queued');
    expect(reader.events).toEqual(['reset', 'queued']);
  });

  it('goes on from a cursor whose fact was deleted with its asset, even where that was the log’s first', async () => {
    const fresh = await NotifierSystem.start();
    try {
      const [gone, stays] = [new AssetStory(fresh), new AssetStory(fresh)];
      const topic = `project/${stays.projectId}`;
      await gone.asked(1);
      const cursor = await gone.queued(1);
      const { port } = await fresh.notifier();
      const epoch = Date.parse((await fresh.logs.gateway.streamInfo('ASSETS')).created).toString(36);
      await stays.asked(1);
      const expected = await stays.queued(1);
      for (const part of ['request', 'generation'] as const)
        await fresh.logs.gateway.purge(assetSubject(gone.id, part));
      const reader = await open(topic, { 'last-event-id': `${epoch}-${cursor}` }, port);
      await reader.event('queued');
      expect([reader.events, reader.seqs]).toEqual([['queued'], [expected]]);
      await reader.close();
    } finally {
      await fresh.stop();
    }
  });

  it('takes the cursor from the query, since browsers cannot set headers', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    const first = await open(`asset/${asset.id}`);
    await first.event('queued');
    await asset.stageCompleted(1);
    const reader = await open(`asset/${asset.id}?last_event_id=${first.lastId}`);
    await reader.event('stage_completed');
    expect(reader.events).toEqual(['stage_completed']);
  });

  it('hides error texts, prompts, request ids and webhooks from the public', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    await asset.visionCompleted(1);
    const { assetId, projectId, generation, requestSeq } = asset.video(1);
    const dispatched = WebhookDispatched({
      ...{ assetId, projectId, generation, requestSeq, eventType: 'asset.failed', attempt: 1 },
      deliveryId: `dlv_${'1'.repeat(32)}`,
      eventId: `evt_${'1'.repeat(32)}`,
    });
    await asset.append(system.logs.notifier, 'delivery', dispatched);
    await asset.failed(1);
    const views = [await open(`asset/${asset.id}?view=public`), await open(`asset/${asset.id}?view=owner`)];
    const [anybody, owner] = views;
    await Promise.all(views.map((reader) => reader.event('failed')));
    expect(anybody?.events).toEqual(['queued', 'vision_completed', 'failed']);
    expect(anybody?.text).not.toMatch(/secret|request_id|req-1|error_msg|webhook/);
    expect(anybody?.frames.at(-1)?.data).toMatchObject({ error_code: 'i2v_failed' });
    expect(owner?.events).toEqual(['queued', 'vision_completed', 'webhook_dispatched', 'failed']);
    expect(owner?.frames[1]?.data).toMatchObject({ vision_prompt: 'a secret prompt' });
    expect(owner?.frames.at(-1)?.data).toMatchObject({ error_msg: 'a secret reason', request_id: 'req-1' });
  });

  it('passes progress on without an id', async () => {
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    const reader = await open(`asset/${asset.id}`);
    await reader.event('queued');
    const report = { assetId: asset.id, projectId: asset.projectId, generation: 1, requestSeq: 1 };
    const told = { ...report, stage: 'stage1', attempt: 1, progress: 0.5, ts: 1 };
    system.logs.generator.core.publish(progressSubject(asset.id), told);
    const frame = await reader.event('stage_progress');
    expect(frame).toMatchObject({ id: undefined, data: { progress: 0.5, stage: 'stage1', generation: 1 } });
    for (const ts of [500, 1_001]) {
      system.logs.generator.core.publish(progressSubject(asset.id), { ...told, progress: 0.6, ts });
    }
    // At most one a second, even if two generators look at the same prediction.
    const progressTold = () => reader.frames.filter(({ event }) => event === 'stage_progress');
    await until('the later one comes', () => progressTold().length > 1);
    expect(progressTold().map(({ data }) => data?.ts)).toEqual([1, 1_001]);
  });

  it('lets nobody in without the internal token', async () => {
    const url = `http://127.0.0.1:${service.port}/internal/sse/asset/${'a'.repeat(32)}`;
    const answers = await Promise.all([fetch(url), fetch(url, { headers: { authorization: 'Bearer no' } })]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('pings, ends after its time, and says when to come back', async () => {
    const { port } = await system.notifier({ pingMs: 20, connectionMs: 200 });
    const reader = await open(`asset/${new AssetStory(system).id}`, {}, port);
    await reader.ended;
    expect(reader.text).toMatch(/^(: ping\n\n)+retry: \d+\n\n$/);
  });

  it('ends its connections in good order when the process stops', async () => {
    const copy = await system.notifier();
    const reader = await open(`asset/${new AssetStory(system).id}`, {}, copy.port);
    await copy.stop();
    await reader.ended;
    expect(reader.text).toMatch(/^retry: \d+\n\n$/);
  });
});
