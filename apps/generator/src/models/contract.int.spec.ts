import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ASPECTS, type Aspect, MODES, MOTIONS } from '@zoetrope/contracts/parameters';
import { ModelName } from '@zoetrope/contracts/plans';
import { repoRoot } from '@zoetrope/embedded/paths';
import { type ServiceProcess, startProcess } from '@zoetrope/embedded/process';
import { frameOf } from '@zoetrope/media/image';
import { photoLike } from '@zoetrope/media/testing';
import fc from 'fast-check';
import Replicate from 'replicate';
import { withMotion } from '../vision/local-prompt.js';
import { type ClipAsk, type Inputs, inputsOf } from './model.js';
import { MODELS } from './models.js';
import { type InputCheck, publishedCheck } from './published.js';
import { readModelSettings } from './settings.js';

/** Real: the local renderer as a process (built) and Replicate's own client. The renderer enforces what it publishes. */
const TOKEN = 'contract';
/** Accepted, and never rendered. */
const HELD_BACK = '[[fault:slow=3600000]]';
const settings = readModelSettings();
let folder: string;
let renderer: ServiceProcess;
let replicate: Replicate;
const frames = new Map<Aspect, string>();
const published = new Map<ModelName, InputCheck>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zoetrope-contract-'));
  renderer = await startProcess({
    name: 'local-replicate',
    entry: join(repoRoot, 'apps', 'local-replicate', 'dist', 'main.js'),
    env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: join(folder, 'data'), API_TOKEN: TOKEN, PORT: '0' },
    logFile: join(folder, 'renderer.log'),
  });
  replicate = new Replicate({ auth: TOKEN, baseUrl: `${renderer.url}/v1`, useFileOutput: false });
  const photo = await photoLike({ width: 320, height: 256, seed: 1 });
  for (const aspect of ASPECTS) {
    const jpeg = await frameOf(photo, { aspect, quality: 40 });
    frames.set(aspect, `data:image/jpeg;base64,${jpeg.toString('base64')}`);
  }
  for (const model of ModelName.options)
    published.set(model, await publishedCheck(replicate, settings[model].slug));
}, 60_000);

afterAll(async () => {
  await renderer?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Everything a caller can ask of a generation, as the ask of one of its predictions. */
const asks = fc
  .record({
    motion: fc.constantFrom(...MOTIONS),
    mode: fc.constantFrom(...MODES),
    duration: fc.integer({ min: 2, max: 8 }),
    aspect: fc.constantFrom(...ASPECTS),
    seed: fc.oneof(
      fc.constantFrom(0, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    ),
    second: fc.boolean(),
    words: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 500 }),
  })
  .map(({ motion, mode, duration, aspect, seed, second, words }): ClipAsk => {
    const image = frames.get(aspect) ?? '';
    const loop = mode === 'loop';
    return {
      prompt: withMotion(words, motion),
      image,
      ...(loop && second ? { lastImage: image } : {}),
      seconds: loop ? duration / 2 : duration,
      seed,
    };
  });

const inputFor = (model: ModelName, ask: ClipAsk): Inputs =>
  inputsOf(MODELS[model], ask, settings[model].defaults);

describe.each(ModelName.options)('%s', (model) => {
  it('is asked only for what it publishes, in the types and ranges it publishes', () => {
    const check = published.get(model);
    fc.assert(
      fc.property(asks, (ask) => {
        expect(check?.(inputFor(model, ask))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('takes every length, mode and end, and begins', async () => {
    const [sample] = fc.sample(asks, { numRuns: 1, seed: 7 });
    const lengths = [2, 3, 4, 5, 6, 7, 8].flatMap((seconds) => [seconds, seconds / 2]);
    const walked = lengths.flatMap((seconds) => [
      { ...sample, seconds, lastImage: undefined },
      { ...sample, seconds, lastImage: frames.get('1:1') },
    ]) as ClipAsk[];
    for (const ask of walked) await begins(model, ask);
  }, 30_000);

  it('takes whatever else may be asked', async () => {
    await fc.assert(
      fc.asyncProperty(asks, (ask) => begins(model, ask)),
      { numRuns: 25 },
    );
  }, 30_000);

  it('refuses what it does not take', async () => {
    const [ask] = fc.sample(asks, { numRuns: 1, seed: 3 }) as [ClipAsk];
    const wrong = { ...inputFor(model, ask), [MODELS[model].fields.seed]: 'seven' };
    const refused = create(model, wrong);
    await expect(refused).rejects.toMatchObject({ response: { status: 422 } });
  });
});

const create = (model: ModelName, input: object) =>
  replicate.predictions.create({ model: settings[model].slug as `${string}/${string}`, input });

/** The provider took it, with every input as it was sent. */
async function begins(model: ModelName, ask: ClipAsk): Promise<void> {
  const input = inputFor(model, { ...ask, prompt: `${ask.prompt} ${HELD_BACK}` });
  const { id, status, input: kept } = await create(model, input);
  expect(['starting', 'processing']).toContain(status);
  expect(kept).toEqual(input);
  await replicate.predictions.cancel(id);
}

describe('the command that compares with the provider', () => {
  const run = promisify(execFile);
  const checkModels = join(repoRoot, 'apps', 'generator', 'dist', 'check-models.js');
  const env = (more: Record<string, string> = {}) => ({
    PATH: process.env.PATH,
    REPLICATE_BASE_URL: `${renderer.url}/v1`,
    REPLICATE_API_TOKEN: TOKEN,
    ...more,
  });

  it('says that the shipped models fit', async () => {
    const { stdout } = await run(process.execPath, [checkModels], { env: env() });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ +/).at(-1)),
    ).toEqual(['fits', 'fits', 'fits']);
  });

  it('exits 1 with what would be refused', async () => {
    const wrong = env({
      ZOETROPE_MODEL_SEEDANCE: 'wan-video/wan-2.2-i2v-fast',
      ZOETROPE_MODEL_P_VIDEO: 'a/b',
    });
    const failed = await run(process.execPath, [checkModels], { env: wrong }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 1 });
    const { stdout } = failed as { stdout: string };
    expect(stdout).toMatch(/seedance .*must NOT have additional properties: duration/);
    expect(stdout).toMatch(/p-video .*404/);
  });
});
