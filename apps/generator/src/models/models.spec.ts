import { describe, expect, it } from '@jest/globals';
import type { ModelName } from '@zoetrope/contracts/plans';
import { PLANS } from '@zoetrope/contracts/plans';
import { loopClosing, MODELS } from './models.js';

const ask = (model: ModelName, seconds: number, lastImage?: string) =>
  MODELS[model].input({ prompt: 'push in', image: 'data:a', lastImage, seconds, seed: 7 });

describe('a model', () => {
  it.each<[ModelName, number, Record<string, unknown>]>([
    ['wan-fast', 1, { num_frames: 81, frames_per_second: 24 }],
    ['wan-fast', 4, { num_frames: 81, frames_per_second: 20 }],
    ['wan-fast', 8, { num_frames: 97, frames_per_second: 12 }],
    ['seedance', 1, { duration: 2 }],
    ['seedance', 2.5, { duration: 3 }],
    ['seedance', 8, { duration: 8 }],
    ['p-video', 1, { duration: 1, save_audio: false, prompt_upsampling: false }],
    ['p-video', 3.5, { duration: 4 }],
  ])('%s asked for %d s makes the next length it can', (model, seconds, expected) => {
    expect(ask(model, seconds)).toMatchObject({ ...expected, prompt: 'push in', image: 'data:a', seed: 7 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('wan-fast fills %d s or more', (seconds) => {
    const { num_frames: frames, frames_per_second: fps } = ask('wan-fast', seconds) as Record<string, number>;
    expect((frames ?? 0) / (fps ?? 1)).toBeGreaterThanOrEqual(seconds);
  });

  it('is given a frame to end on only if it can', () => {
    expect(ask('seedance', 2, 'data:b')).toMatchObject({ last_frame_image: 'data:b' });
    expect(ask('p-video', 2, 'data:b')).toMatchObject({ last_frame_image: 'data:b' });
    expect(JSON.stringify(ask('wan-fast', 2, 'data:b'))).not.toContain('data:b');
  });

  it('closes a loop as its plan promises', () => {
    for (const { model, loop } of Object.values(PLANS)) expect(loopClosing(model)).toBe(loop);
  });
});
