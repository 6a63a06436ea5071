import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeConfig, parseConfig } from '@zoetrope/platform/config';
import { generatorConfig } from '../config.js';
import { costOf, modelSettings, readModelSettings } from './settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'zoetrope-models-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (content: unknown): string => {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const env = { PUBLIC_URL: 'http://a.example', REPLICATE_API_TOKEN: 't' };
const settingsWith = (more: Record<string, string>) =>
  modelSettings(parseConfig(generatorConfig, { ...env, ...more }));

describe('the file of models', () => {
  it('ships complete', () => {
    expect(settingsWith({})).toMatchObject({
      'wan-fast': { slug: 'wan-video/wan-2.2-i2v-fast' },
      seedance: { slug: 'bytedance/seedance-1-lite' },
      'p-video': { slug: 'prunaai/p-video' },
      vision: { anthropic: { model: expect.any(String) }, replicate: { slug: expect.any(String) } },
    });
  });

  it("an operator's names only what it changes", () => {
    const path = file({ seedance: { slug: 'bytedance/seedance-1-pro', defaults: { resolution: '1080p' } } });
    const { seedance, 'p-video': other } = settingsWith({ ZOETROPE_MODELS: path });
    const shipped = readModelSettings();
    expect(seedance).toEqual({
      ...shipped.seedance,
      slug: 'bytedance/seedance-1-pro',
      defaults: { resolution: '1080p' },
    });
    expect(other).toEqual(shipped['p-video']);
  });

  it('gives way to a slug in the environment', () => {
    const ZOETROPE_MODELS = file({ seedance: { slug: 'a/b' } });
    const { seedance } = settingsWith({ ZOETROPE_MODELS, ZOETROPE_MODEL_SEEDANCE: 'c/d' });
    expect(seedance.slug).toBe('c/d');
  });

  it.each<[string, unknown, RegExp]>([
    ['is no JSON', '{', /cannot be read as JSON/],
    ['names an unknown model', { kling: {} }, /Unrecognized key: "kling"/],
    ['has a slug that is none', { seedance: { slug: 'seedance' } }, /seedance\.slug: expected owner\/name/],
    [
      'sets what each prediction sets',
      { seedance: { defaults: { duration: 5 } } },
      /seedance\.defaults: duration is set/,
    ],
    [
      'turns the sound on',
      { 'p-video': { defaults: { save_audio: true } } },
      /p-video\.defaults: save_audio is set/,
    ],
    ['has a price below nothing', { 'p-video': { price: { usd: -1 } } }, /p-video\.price\.usd/],
  ])('that %s stops the start with one line', (_, content, expected) => {
    expect(() => settingsWith({ ZOETROPE_MODELS: file(content) })).toThrow(expected);
  });

  it('that does not exist stops the start as well', () => {
    expect(() => settingsWith({ ZOETROPE_MODELS: join(folder, 'none.json') })).toThrow(
      /ZOETROPE_MODELS is wrong.*ENOENT/,
    );
  });

  it('is named by --help', () => {
    expect(describeConfig(generatorConfig)).toMatch(
      /ZOETROPE_MODELS +optional +JSON file over .*models\.json/,
    );
  });
});

describe('the estimate of a prediction', () => {
  it('goes by the second or by the video', () => {
    const settings = readModelSettings();
    expect(costOf('p-video', settings['p-video'], { duration: 4 })).toBeCloseTo(0.08);
    expect(costOf('wan-fast', settings['wan-fast'], { num_frames: 121, frames_per_second: 15 })).toBe(0.05);
  });
});
