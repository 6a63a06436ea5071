import { describe, expect, it } from '@jest/globals';
import { DurSeconds } from '@zoetrope/contracts/parameters';
import { ModelName, PLANS } from '@zoetrope/contracts/plans';
import fc from 'fast-check';
import { inputsOf, secondsOf, seedWithin } from './model.js';
import { loopClosing, MODELS } from './models.js';

const ask = (model: ModelName, seconds: number, lastImage?: string) =>
  inputsOf(MODELS[model], { prompt: 'push in', image: 'data:a', lastImage, seconds, seed: 7 });

describe('a model', () => {
  it.each<[ModelName, number, Record<string, unknown>]>([
    ['wan-fast', 1, { num_frames: 81, frames_per_second: 24 }],
    ['wan-fast', 4, { num_frames: 81, frames_per_second: 20 }],
    ['wan-fast', 6, { num_frames: 97, frames_per_second: 16 }],
    ['wan-fast', 8, { num_frames: 121, frames_per_second: 15 }],
    ['seedance', 1, { duration: 2, fps: 24, camera_fixed: false }],
    ['seedance', 2.5, { duration: 3 }],
    ['seedance', 8, { duration: 8 }],
    ['p-video', 1, { duration: 1, save_audio: false, prompt_upsampling: false, draft: false }],
    ['p-video', 3.5, { duration: 4 }],
  ])('%s asked for %d s makes the next length it can', (model, seconds, expected) => {
    expect(ask(model, seconds)).toMatchObject({ ...expected, prompt: 'push in', image: 'data:a', seed: 7 });
  });

  it.each(ModelName.options)(
    '%s fills every length that can be asked, whole or halved for a loop',
    (model) => {
      const lengths = fc.integer({ min: DurSeconds.minValue ?? 2, max: DurSeconds.maxValue ?? 8 });
      fc.assert(
        fc.property(lengths, fc.constantFrom(1, 2), (seconds, parts) => {
          const made = secondsOf(MODELS[model].length, ask(model, seconds / parts));
          expect(made).toBeGreaterThanOrEqual(seconds / parts);
        }),
      );
    },
  );

  it('is given a frame to end on only if it can', () => {
    expect(ask('seedance', 2, 'data:b')).toMatchObject({ last_frame_image: 'data:b' });
    expect(ask('p-video', 2, 'data:b')).toMatchObject({ last_frame_image: 'data:b' });
    expect(JSON.stringify(ask('wan-fast', 2, 'data:b'))).not.toContain('data:b');
  });

  it('is told nothing that it would ignore', () => {
    for (const model of ModelName.options) expect(ask(model, 4)).not.toHaveProperty('aspect_ratio');
  });

  it('gets any seed of 32 bits as the same number of its own range', () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(seeds, fc.constantFrom(...ModelName.options), (seed, model) => {
        const { maxSeed } = MODELS[model];
        const own = seedWithin(maxSeed, seed);
        expect(own).toBe(seedWithin(maxSeed, seed));
        expect(own).toBeGreaterThanOrEqual(0);
        expect(own).toBeLessThanOrEqual(maxSeed);
        if (seed <= maxSeed) expect(own).toBe(seed);
      }),
    );
  });

  it('closes a loop as its plan promises', () => {
    for (const { model, loop } of Object.values(PLANS)) expect(loopClosing(model)).toBe(loop);
  });
});
