import type { VideoModel } from './model.js';

/** Frame counts of the form 4k + 1 that every release of the family accepts. */
const FEW_FRAMES = 81;
const MANY_FRAMES = 97;
const MAX_FPS = 24;
const MIN_FPS = 5;

/** Length comes from frames and rate: the highest rate that still fills the wanted seconds. */
const pace = (seconds: number) => {
  const frames = seconds > 5 ? MANY_FRAMES : FEW_FRAMES;
  return { frames, fps: Math.min(MAX_FPS, Math.max(MIN_FPS, Math.floor(frames / seconds))) };
};

/** Free plan. No dependable end frame, so loops are crossfaded. */
export const wanFast: VideoModel = {
  slug: 'wan-video/wan-2.2-i2v-fast',
  endsOnFrame: false,
  input: ({ prompt, image, seconds, seed }) => {
    const { frames, fps } = pace(seconds);
    return { prompt, image, num_frames: frames, frames_per_second: fps, resolution: '480p', seed };
  },
};
