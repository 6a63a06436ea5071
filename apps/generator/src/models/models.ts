import type { ModelName } from '@zoetrope/contracts/plans';
import { endsOnFrame, type ModelFamily } from './model.js';
import { pVideo } from './p-video.js';
import { seedance } from './seedance.js';
import { wanFast } from './wan-fast.js';

/** The models behind the plan table's names. What is called there and what it costs: `models.json`. */
export const MODELS: Readonly<Record<ModelName, ModelFamily>> = {
  'wan-fast': wanFast,
  seedance,
  'p-video': pVideo,
};

/** How a loop of this model closes: by itself, or with its last 200 ms blended into its first frame. */
export const loopClosing = (model: ModelName): 'native' | 'crossfade' =>
  endsOnFrame(MODELS[model]) ? 'native' : 'crossfade';
