import type { ModelName } from '@zoetrope/contracts/plans';
import type { VideoModel } from './model.js';
import { pVideo } from './p-video.js';
import { seedance } from './seedance.js';
import { wanFast } from './wan-fast.js';

/** The models behind the plan table's names. */
export const MODELS: Readonly<Record<ModelName, VideoModel>> = {
  'wan-fast': wanFast,
  seedance,
  'p-video': pVideo,
};

/** How a loop of this model closes: by itself, or with its last 200 ms blended into its first frame. */
export const loopClosing = (model: ModelName): 'native' | 'crossfade' =>
  MODELS[model].endsOnFrame ? 'native' : 'crossfade';
