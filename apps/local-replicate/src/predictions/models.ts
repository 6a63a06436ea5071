import { checker } from './schemas/check.js';
import { fixtureInput } from './schemas/fixture.js';
import type { InputSchema } from './schemas/input-schema.js';
import { pVideoInput } from './schemas/p-video.js';
import { seedanceLiteInput, seedanceProInput } from './schemas/seedance-1.js';
import { wanFastInput } from './schemas/wan-2.2-i2v-fast.js';

/** A clip as a model would make it, in the terms of the renderer. */
export interface ClipShape {
  frames: number;
  fps: number;
  maxPixels: number;
  cameraFixed: boolean;
  audio: boolean;
  lastImage?: string;
}

export interface Model {
  /** What it takes, published as Replicate publishes it. */
  readonly schema: InputSchema;
  /** Throws Replicate's 422 with every wrong field. */
  readonly check: (input: Record<string, unknown>) => void;
  /** Undefined for the model that renders nothing and answers with a prepared clip. */
  readonly shape?: (input: Record<string, unknown>) => ClipShape;
}

type Resolution = '480p' | '720p' | '1080p';
const PIXELS: Readonly<Record<Resolution, number>> = {
  '480p': 832 * 480,
  '720p': 1280 * 720,
  '1080p': 1920 * 1080,
};

/** Clips start and end on a frame, as the real models deliver them: 5 s at 24 fps are 121 frames. */
const framesFor = (seconds: number, fps: number) => seconds * fps + 1;

function model<Input extends object>(schema: InputSchema, shape?: (input: Input) => ClipShape): Model {
  const filled = checker<{ input: Input }>({ properties: { input: schema } });
  return {
    schema,
    check: (input) => void filled({ input }),
    shape: shape && ((input) => shape(filled({ input }).input)),
  };
}

const wanFast = model<{
  num_frames: number;
  frames_per_second: number;
  resolution: Resolution;
  last_image?: string | null;
}>(wanFastInput, (input) => ({
  frames: input.num_frames,
  fps: input.frames_per_second,
  maxPixels: PIXELS[input.resolution],
  cameraFixed: false,
  audio: false,
  lastImage: input.last_image ?? undefined,
}));

const seedance = (schema: InputSchema) =>
  model<{
    duration: number;
    fps: number;
    resolution: Resolution;
    camera_fixed: boolean;
    last_frame_image?: string | null;
  }>(schema, (input) => ({
    frames: framesFor(input.duration, input.fps),
    fps: input.fps,
    maxPixels: PIXELS[input.resolution],
    cameraFixed: input.camera_fixed,
    audio: false,
    lastImage: input.last_frame_image ?? undefined,
  }));

const pVideo = model<{
  duration: number;
  fps: number;
  resolution: Resolution;
  draft: boolean;
  save_audio: boolean;
  last_frame_image?: string | null;
}>(pVideoInput, (input) => ({
  frames: framesFor(input.duration, input.fps),
  fps: input.fps,
  maxPixels: input.draft ? PIXELS['480p'] : PIXELS[input.resolution],
  cameraFixed: false,
  audio: input.save_audio,
  lastImage: input.last_frame_image ?? undefined,
}));

/** The models this server knows, by the names they have at Replicate. */
export const MODELS: ReadonlyMap<string, Model> = new Map([
  ['wan-video/wan-2.2-i2v-fast', wanFast],
  ['bytedance/seedance-1-lite', seedance(seedanceLiteInput)],
  ['bytedance/seedance-1-pro', seedance(seedanceProInput)],
  ['prunaai/p-video', pVideo],
  ['zoetrope/fixture', model(fixtureInput)],
]);
