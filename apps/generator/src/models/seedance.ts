import { nextLength, type VideoModel } from './model.js';

/** Pro plan. `aspect_ratio` is ignored when an image is given, so the source is cropped instead. */
export const seedance: VideoModel = {
  slug: 'bytedance/seedance-1-lite',
  endsOnFrame: true,
  input: ({ prompt, image, lastImage, seconds, seed }) => ({
    prompt,
    image,
    ...(lastImage === undefined ? {} : { last_frame_image: lastImage }),
    duration: nextLength(seconds, 2, 12),
    resolution: '720p',
    fps: 24,
    camera_fixed: false,
    seed,
  }),
};
