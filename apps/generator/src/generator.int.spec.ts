import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ProgressReport } from '@zoetrope/contracts/events';
import { progressSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { measureMotion } from '@zoetrope/media/frames';
import { probeVideo } from '@zoetrope/media/probe';
import { withTempFolder } from '@zoetrope/media/temp';
import { photoLike } from '@zoetrope/media/testing';
import { readObject } from './objects.js';
import { TestAsset } from './testing/asset.js';
import { GeneratorSystem } from './testing/generator-system.js';

/** Real: broker, renderer, object files, two copies of the generator. By hand: what gateway and quota append. */
let system: GeneratorSystem;
let photo: Buffer;
let src: string;

beforeAll(async () => {
  system = await GeneratorSystem.start();
  photo = await photoLike({ width: 320, height: 256, seed: 1 });
  src = await system.upload(photo);
  await Promise.all([system.copy(), system.copy()]);
}, 60_000);
afterAll(() => system?.stop(), 30_000);

const motionOf = (bytes: Buffer) =>
  withTempFolder(async (folder) => {
    const path = join(folder, 'video.mp4');
    await writeFile(path, bytes);
    return measureMotion(path);
  });

const createdCount = async ({ assetId }: TestAsset) =>
  (await system.journal(assetId)).filter(({ event }) => event === 'created').length;

describe('a generation', () => {
  it('animates in: one prediction, normalised, stored and verified', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2, motion: 'kinetic' });
    await asset.reserve(1);
    const { data, meta } = await asset.until(1, 'Mp4Stored');
    expect(await asset.story(1)).toEqual([
      'GenerationQueued',
      'SourceFetched',
      'VisionStarted',
      'VisionCompleted',
      'StageStarted(single, 1)',
      'PredictionCreated(single, 1)',
      'StageCompleted(single, 1)',
      'StageStarted(merge, 1)',
      'StageCompleted(merge, 1)',
      'Mp4Stored',
    ]);
    const bytes = await readObject(system.objects, data.key);
    expect(await probeVideo(bytes)).toMatchObject({
      codec: 'h264',
      profile: expect.stringMatching(/Baseline/),
      pixFmt: 'yuv420p',
      hasAudio: false,
      fastStart: true,
      durationMs: 2000,
      bytes: data.bytes,
    });
    expect(data).toMatchObject({
      loopMode: 'none',
      model: 'seedance',
      width: 320,
      height: 256,
      durationMs: 2000,
    });
    expect(await system.objects.head(data.posterKey)).toMatchObject({ contentType: 'image/jpeg' });
    expect((await motionOf(bytes)).mean).toBeGreaterThan(0.5);
    expect(meta.requestId).toBe('request-1');
  });

  it('loops natively within the budget of appends, its end meeting its beginning', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, { dur_seconds: 2, motion: 'kinetic' });
    const alarmsBefore = await system.logs.gateway.lastStreamSeq('TIMERS');
    await asset.reserve(1);
    const { data } = await asset.until(1, 'Mp4Stored');
    expect((await system.logs.gateway.lastStreamSeq('TIMERS')) - alarmsBefore).toBeLessThanOrEqual(8);
    const story = await asset.story(1);
    expect(story.filter((fact) => fact.startsWith('StageStarted'))).toEqual([
      'StageStarted(stage1, 1)',
      'StageStarted(stage2, 1)',
      'StageStarted(merge, 1)',
    ]);
    expect(story.length).toBeLessThanOrEqual(14);
    expect(await createdCount(asset)).toBe(2);
    const [first, second] = system.proxy.creations
      .filter(({ body }) => String(body.webhook).includes(asset.assetId))
      .map(({ body }) => body.input as Record<string, unknown>);
    expect(first).toMatchObject({ duration: 2, prompt: expect.stringContaining('kinetic motion') });
    expect(first).not.toHaveProperty('last_frame_image');
    expect(second?.last_frame_image).toBe(first?.image);
    const motion = await motionOf(await readObject(system.objects, data.key));
    expect(motion.frames).toBe(48);
    expect(motion.firstLast).toBeLessThan(2.5 * Math.max(...motion.differences));
    expect(data.loopMode).toBe('native');
  });

  it('of a model without end frame is crossfaded, and Free preserves the aspect', async () => {
    const asset = new TestAsset(system, 'free');
    await asset.prepare(src, { dur_seconds: 2, aspect: '1:1' });
    await asset.reserve(1);
    const { data } = await asset.until(1, 'Mp4Stored');
    expect(data).toMatchObject({ loopMode: 'crossfade', model: 'wan-fast', width: 320, height: 256 });
  });

  it('takes an asked prompt over as it is, and an asked aspect from the source', async () => {
    const asset = new TestAsset(system, 'team');
    await asset.prepare(src, {
      mode: 'animate-in',
      prompt_override: 'waves roll in',
      aspect: '9:16',
      seed: 3,
    });
    await asset.reserve(1);
    const { data } = await asset.until(1, 'Mp4Stored');
    expect(data.height / data.width).toBeCloseTo(16 / 9, 1);
    const vision = await asset.until(1, 'VisionCompleted');
    expect(vision.data).toMatchObject({ provider: 'override', prompt: 'waves roll in' });
    expect(await asset.story(1)).not.toContain('VisionStarted');
    const sent = system.proxy.creations.find(({ body }) => String(body.webhook).includes(asset.assetId));
    expect(sent?.body.input).toMatchObject({
      prompt: 'waves roll in. medium motion',
      seed: 3,
      save_audio: false,
    });
  });

  it('tells how far its prediction is, at most once a second', async () => {
    const asset = new TestAsset(system);
    const reports: ProgressReport[] = [];
    const listening = system.logs.gateway.core.subscribe(progressSubject(asset.assetId), (data) =>
      reports.push(ProgressReport.parse(data)),
    );
    await asset.prepare(await system.upload(await photoLike({ width: 1024, height: 640, seed: 2 })), {
      mode: 'animate-in',
      dur_seconds: 6,
    });
    await asset.reserve(1);
    await until('a report', () => reports.length > 0);
    await asset.cancel(1);
    listening.stop();
    expect(reports[0]).toMatchObject({ stage: 'single', attempt: 1, generation: 1 });
    for (const [index, { ts }] of reports.slice(1).entries())
      expect(ts - (reports[index]?.ts ?? 0)).toBeGreaterThan(900);
  });

  it('that quota denied is refused on the asset', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, {});
    await asset.deny(1);
    expect((await asset.until(1, 'GenerationRefused')).data).toMatchObject({ reason: 'limit', latest: null });
  });
});

describe('the newest wins', () => {
  it('a newer reservation ends the running one and its prediction', async () => {
    const asset = new TestAsset(system);
    await system.faults({ kind: 'slow', ms: 20_000 });
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'PredictionCreated');
    await asset.regenerate(2, { motion: 'subtle' });
    await asset.reserve(2);
    expect((await asset.until(1, 'GenerationCancelled')).data).toMatchObject({
      reason: 'superseded',
      predicted: true,
      latest: { generation: 2 },
    });
    const queued = await asset.until(2, 'GenerationQueued');
    expect(queued.data).toMatchObject({ supersedes: 1, resolved: { mode: 'animate-in', motion: 'subtle' } });
    await asset.until(2, 'Mp4Stored');
    expect(await asset.story(1)).not.toContain('Mp4Stored');
    expect((await system.journal(asset.assetId)).map(({ event }) => event)).toContain('canceled');
  });

  it('a reservation older than one already queued ends at once', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.regenerate(2);
    await asset.reserve(2);
    await asset.until(2, 'GenerationQueued');
    await asset.reserve(1);
    const { data } = await asset.until(1, 'GenerationCancelled');
    expect(data).toMatchObject({ reason: 'superseded', predicted: false });
    await asset.until(2, 'Mp4Stored');
    expect(await createdCount(asset)).toBe(1);
  });
});

describe('a cancel', () => {
  it('ends what runs, at the provider too', async () => {
    const asset = new TestAsset(system);
    await system.faults({ kind: 'slow', ms: 20_000 });
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'PredictionCreated');
    await asset.cancel(1);
    const { data } = await asset.until(1, 'GenerationCancelled');
    expect(data).toMatchObject({ reason: 'requested', predicted: true });
    await until('the prediction is cancelled', async () =>
      (await system.journal(asset.assetId)).some(({ event }) => event === 'canceled'),
    );
  });

  it('asked before the reservation arrives starts nothing', async () => {
    const asset = new TestAsset(system);
    await asset.prepare(src, { mode: 'animate-in' });
    await asset.cancel(1);
    await asset.reserve(1);
    const { data } = await asset.until(1, 'GenerationCancelled');
    expect(data).toMatchObject({ reason: 'requested', predicted: false });
    expect(await asset.story(1)).toEqual(['GenerationCancelled']);
  });
});

describe('a fault', () => {
  it('of the provider that time heals is tried again after a second, one request each', async () => {
    const asset = new TestAsset(system);
    system.proxy.faults.push({ status: 429 }, { status: 503 });
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'Mp4Stored');
    const story = await asset.story(1);
    expect(story.slice(4, 11)).toEqual([
      'StageStarted(single, 1)',
      'StageFailed(single, 1)',
      'RetryScheduled(single, 2)',
      'StageStarted(single, 2)',
      'StageFailed(single, 2)',
      'RetryScheduled(single, 3)',
      'StageStarted(single, 3)',
    ]);
    const asked = system.proxy.creations.filter(({ body }) => String(body.webhook).includes(asset.assetId));
    expect(asked).toHaveLength(3);
  });

  it('of the model ends the generation, with its words kept inside', async () => {
    const asset = new TestAsset(system);
    await system.faults({ kind: 'fail' });
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    const { data } = await asset.until(1, 'GenerationFailed');
    expect(data).toMatchObject({ stage: 'single', code: 'i2v_failed' });
    expect(await createdCount(asset)).toBe(1);
  });

  it('that loses the answer of a creation costs no second prediction: its callback adopts it', async () => {
    const asset = new TestAsset(system);
    system.proxy.faults.push('lost-reply');
    await asset.prepare(src, { mode: 'animate-in', dur_seconds: 2 });
    await asset.reserve(1);
    await asset.until(1, 'Mp4Stored');
    expect((await asset.until(1, 'PredictionCreated')).data).toMatchObject({ adopted: true });
    expect(await createdCount(asset)).toBe(1);
  });

  it.each([
    ['source_unfetchable', 404, Buffer.from('gone')],
    ['source_unsupported', 200, Buffer.from('<html>no picture</html>')],
    ['source_too_large', 200, Buffer.alloc(10 * 1024 * 1024 + 1)],
  ])('of the source ends the generation with %s', async (code, status, body) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const asset = new TestAsset(system);
    await asset.prepare(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a.jpg`, {});
    await asset.reserve(1);
    expect((await asset.until(1, 'GenerationFailed')).data.code).toBe(code);
    expect(await asset.story(1)).toEqual(['GenerationQueued', 'GenerationFailed']);
    server.close();
  });
});
