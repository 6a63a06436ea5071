import type { ModelFamily } from './model.js';

/**
 * Free plan: the `wan-video/wan-2.2-i2v-fast` family. Its `last_image` only leans towards a frame ("smoother
 * transitions"), so loops are crossfaded. Billed by the frame, best at 81.
 */
export const wanFast: ModelFamily = {
  fields: { prompt: 'prompt', image: 'image', seed: 'seed' },
  length: {
    kind: 'frames',
    frames: { field: 'num_frames', min: 81, max: 121 },
    fps: { field: 'frames_per_second', min: 5, max: 24 },
    step: 4,
    smoothFps: 16,
  },
  maxSeed: 2 ** 31 - 1,
  // Invented frames would blur what stitching resamples once more.
  fixed: { interpolate_output: false },
};
