import { nextLength, type VideoModel } from './model.js';

/** Team plan. Its own prompt rewriting would undo ours, and its sound would only be thrown away. */
export const pVideo: VideoModel = {
  slug: 'prunaai/p-video',
  endsOnFrame: true,
  input: ({ prompt, image, lastImage, seconds, seed }) => ({
    prompt,
    image,
    ...(lastImage === undefined ? {} : { last_frame_image: lastImage }),
    duration: nextLength(seconds, 1, 10),
    resolution: '720p',
    fps: 24,
    save_audio: false,
    prompt_upsampling: false,
    draft: false,
    seed,
  }),
};
