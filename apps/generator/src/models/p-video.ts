import type { ModelFamily } from './model.js';

/** Team plan: `prunaai/p-video`. `aspect_ratio` is ignored when an image is given: not sent. */
export const pVideo: ModelFamily = {
  fields: { prompt: 'prompt', image: 'image', lastImage: 'last_frame_image', seed: 'seed' },
  // Its page says 1 to 10 in one place and 1 to 20 in another.
  length: { kind: 'seconds', field: 'duration', min: 1, max: 10 },
  maxSeed: 2 ** 31 - 1,
  // Its own rewriting of the prompt would undo ours, its sound would only be thrown away, a draft is a preview.
  fixed: { fps: 24, save_audio: false, prompt_upsampling: false, draft: false },
};
