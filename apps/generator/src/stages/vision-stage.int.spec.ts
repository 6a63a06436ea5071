import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Brand } from '@zoetrope/contracts/brand';
import { BrandChanged } from '@zoetrope/contracts/facts/tenant';
import { CommandId } from '@zoetrope/contracts/ids';
import { projectSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { runFfmpeg } from '@zoetrope/media/ffmpeg';
import { withTempFolder } from '@zoetrope/media/temp';
import { photoLike } from '@zoetrope/media/testing';
import sharp from 'sharp';
import { readObject } from '../objects.js';
import { TestAsset } from '../testing/asset.js';
import { GeneratorSystem } from '../testing/generator-system.js';
import { type Asked, message, messagesError, VisionServer } from '../testing/vision-server.js';

/**
 * Real: broker, the generator as a process (built), the local renderer answering with prepared clips, Anthropic's client
 * against a server that speaks its wire format. By hand: what gateway and quota append.
 */
let vision: VisionServer;
let system: GeneratorSystem;
let src: string;

beforeAll(async () => {
  vision = await VisionServer.start();
  system = await GeneratorSystem.start({
    ANTHROPIC_API_KEY: 'sk-ant',
    ANTHROPIC_BASE_URL: vision.url,
    GENERATOR_VISION_TIMEOUT_MS: '1500',
    ZOETROPE_MODEL_SEEDANCE: 'zoetrope/fixture',
    LOG_LEVEL: 'trace',
  });
  src = await system.upload(await photoLike({ width: 320, height: 256, seed: 1 }));
  await system.process(30_000);
}, 60_000);
afterAll(async () => {
  await system?.stop();
  await vision.stop();
}, 30_000);
beforeEach(() => {
  vision.asked.length = 0;
  vision.answers = [echo];
});

/** What the model was told of the brand, as its answer. */
const echo = ({ body }: Asked) =>
  message(
    `A glide that suits ${/"brandName":"(\w+)"/.exec(JSON.stringify(body).replaceAll('\\', ''))?.[1]}.`,
  );

async function rebrand(asset: TestAsset, brand: Brand): Promise<void> {
  const { projectId, ownerId } = asset;
  const cause = { id: CommandId.parse(`cmd_${randomUUID().replaceAll('-', '')}`) };
  const fact = BrandChanged({ projectId, ownerId, brand });
  const { kind } = await system.logs.gateway.append(projectSubject(projectId), fact, { cause });
  expect(kind).toBe('appended');
}

/** What the renderer was asked for a stage of a generation, as it recorded it. */
async function inputOf(asset: TestAsset, generation: number): Promise<Record<string, unknown>> {
  const { data } = await asset.until(generation, 'PredictionCreated');
  const answer = await fetch(`${system.proxy.url}/v1/predictions/${data.predictionId}`, {
    headers: { authorization: 'Bearer renderer-token' },
  });
  return ((await answer.json()) as { input: Record<string, unknown> }).input;
}

const quick = { mode: 'animate-in', dur_seconds: 3, motion: 'kinetic' } as const;

describe('the brand', () => {
  it('changes the prompt of the next regenerate, and what is sent stands in the timeline', async () => {
    const asset = new TestAsset(system);
    await rebrand(asset, { brandName: 'Acme', messaging: { tone: 'playful' } });
    await asset.prepare(src, quick);
    await asset.reserve(1);
    const first = await asset.until(1, 'VisionCompleted');
    expect(first.data).toMatchObject({
      prompt: 'A glide that suits Acme.',
      provider: 'anthropic',
      model: 'claude-haiku-5-5',
    });
    const started = (await asset.until(1, 'StageStarted')).data;
    expect(started).toMatchObject({
      prompt: 'A glide that suits Acme. kinetic motion',
      model: 'seedance',
      slug: 'zoetrope/fixture',
      estimatedUsd: expect.any(Number),
    });
    expect(await inputOf(asset, 1)).toMatchObject({
      prompt: started.prompt,
      duration: 3,
      resolution: '720p',
    });
    await rebrand(asset, { brandName: 'Borealis' });
    await asset.regenerate(2);
    await asset.reserve(2);
    expect((await asset.until(2, 'VisionCompleted')).data.prompt).toBe('A glide that suits Borealis.');
    expect((await inputOf(asset, 2)).prompt).toBe('A glide that suits Borealis. kinetic motion');
    await asset.until(2, 'Mp4Stored');
  });
});

describe('a prompt of the customer', () => {
  it("skips vision: one regenerate's own for that one, the asset's own for every other", async () => {
    const asset = new TestAsset(system);
    const prompts: unknown[] = [];
    await asset.prepare(src, { ...quick, prompt_override: 'quokkas dance' });
    await asset.reserve(1);
    prompts.push((await inputOf(asset, 1)).prompt);
    await asset.regenerate(2, { prompt_override: 'numbats leap' });
    await asset.reserve(2);
    prompts.push((await inputOf(asset, 2)).prompt);
    await asset.regenerate(3);
    await asset.reserve(3);
    prompts.push((await inputOf(asset, 3)).prompt);
    expect(prompts).toEqual([
      'quokkas dance. kinetic motion',
      'numbats leap. kinetic motion',
      'quokkas dance. kinetic motion',
    ]);
    expect(vision.asked).toEqual([]);
  });
});

describe('a vision provider', () => {
  it('that refuses the picture ends the generation at once, before anything is made or charged', async () => {
    vision.answers = [message('', 'refusal')];
    const asset = new TestAsset(system);
    await asset.prepare(src, quick);
    await asset.reserve(1);
    expect((await asset.until(1, 'GenerationFailed')).data).toMatchObject({
      stage: 'vision',
      code: 'vision_blocked',
    });
    const [, , ...story] = await asset.story(1);
    expect(story).toEqual(['VisionStarted', 'VisionFailed', 'GenerationFailed']);
    expect(vision.asked).toHaveLength(1);
  });

  it('that is busy or silent is asked again, after as long as it wants', async () => {
    vision.answers = [messagesError(529, 'overloaded_error', 'later', { 'retry-after': '2' }), 'hang', echo];
    const asset = new TestAsset(system);
    await asset.prepare(src, quick);
    await asset.reserve(1);
    await asset.until(1, 'PredictionCreated');
    const failures = (await asset.facts()).flatMap((fact) =>
      fact.type === 'VisionFailed' ? [fact.data] : [],
    );
    expect(failures).toMatchObject([
      { attempt: 1, code: 'vision_timeout', transient: true, retryAfterMs: 2_000 },
      { attempt: 2, code: 'vision_timeout', transient: true },
    ]);
    expect((await asset.until(1, 'VisionCompleted')).data.attempt).toBe(3);
  });

  it('that knows us no more ends it without a repeat', async () => {
    vision.answers = [messagesError(401, 'authentication_error')];
    const asset = new TestAsset(system);
    await asset.prepare(src, quick);
    await asset.reserve(1);
    const { data } = await asset.until(1, 'GenerationFailed');
    expect(data).toMatchObject({
      code: 'vision_timeout',
      message: 'the vision provider answered with status 401',
    });
    expect(vision.asked).toHaveLength(1);
  });
});

describe('an asked aspect', () => {
  /** A plain picture with a photograph in a part of it: without cutting it, or with more around it, it would differ. */
  const pictureWith = async (left: number, width: number) => {
    const input = await photoLike({ width, height: 200, seed: 4 });
    const plain = sharp({ create: { width: 640, height: 360, channels: 3, background: '#35507a' } });
    return plain
      .composite([{ input, left, top: 80 }])
      .jpeg({ quality: 95 })
      .toBuffer();
  };

  it.each([
    ['cut out where the subject is', 430, 170],
    ['with the picture whole where no cut holds the subject', 130, 380],
  ])('is one and the same in video and poster: %s', async (_, left, width) => {
    const asset = new TestAsset(system, 'team');
    const own = await system.upload(await pictureWith(left, width));
    await asset.prepare(own, { mode: 'animate-in', dur_seconds: 2, motion: 'subtle', aspect: '9:16' });
    await asset.reserve(1);
    const { data } = await asset.until(1, 'Mp4Stored');
    expect(data.height / data.width).toBeCloseTo(16 / 9, 1);
    const poster = await readObject(system.objects, data.posterKey);
    const first = await firstFrameOf(await readObject(system.objects, data.key));
    expect(await differenceOf(poster, first)).toBeLessThan(4);
    const elsewhere = await sharp(poster).flop().toBuffer();
    expect(await differenceOf(elsewhere, first)).toBeGreaterThan(8);
  });
});

const firstFrameOf = (video: Buffer): Promise<Buffer> =>
  withTempFolder(async (folder) => {
    const path = join(folder, 'video.mp4');
    await writeFile(path, video);
    return runFfmpeg(['-i', path, '-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', '-']);
  });

/** Mean difference of two pictures' channels, 0 to 255, both shrunk to the same small size. */
async function differenceOf(a: Buffer, b: Buffer): Promise<number> {
  const small = (bytes: Buffer) =>
    sharp(bytes).resize({ width: 45, height: 80, fit: 'fill' }).removeAlpha().raw().toBuffer();
  const [one, other] = [await small(a), await small(b)];
  return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / one.length;
}

describe('the log of the process', () => {
  it('has lines, and in none of them a word of brand or prompt, not even where the provider quotes it', async () => {
    const asset = new TestAsset(system);
    await system.faultsOf(asset.assetId, { kind: 'fail', error: 'not allowed: "wombats glide for Acme"' });
    await asset.prepare(src, { ...quick, prompt_override: 'wombats glide for Acme' });
    await asset.reserve(1);
    await asset.until(1, 'GenerationFailed');
    await until('the failure is logged', async () =>
      (await readFile(join(system.folder, 'generator.log'), 'utf8')).includes('i2v_failed'),
    );
    const lines = await readFile(join(system.folder, 'generator.log'), 'utf8');
    expect(lines).toContain('vision_blocked');
    for (const word of ['Acme', 'Borealis', 'playful', 'glide', 'quokkas', 'numbats', 'wombats'])
      expect(lines).not.toContain(word);
  });
});
