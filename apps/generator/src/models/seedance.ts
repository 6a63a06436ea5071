import type { ModelFamily } from './model.js';

/** Pro plan: `bytedance/seedance-1-lite` and `-1-pro`. `aspect_ratio` is ignored when an image is given: not sent. */
export const seedance: ModelFamily = {
  fields: { prompt: 'prompt', image: 'image', lastImage: 'last_frame_image', seed: 'seed' },
  length: { kind: 'seconds', field: 'duration', min: 2, max: 12 },
  maxSeed: 2 ** 31 - 1,
  fixed: { fps: 24, camera_fixed: false },
};
