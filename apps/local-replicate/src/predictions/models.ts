import { z } from 'zod';
import { type InvalidField, invalidInput } from '../http/replicate-error.js';

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
  schema: z.ZodType<Record<string, unknown>>;
  /** Undefined for the model that renders nothing and answers with a prepared clip. */
  shape?: (input: Record<string, unknown>) => ClipShape;
}

const PIXELS = { '480p': 832 * 480, '720p': 1280 * 720, '1080p': 1920 * 1080 } as const;
const ASPECTS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9', '9:21'] as const;
const seed = z.number().int().min(0).max(4_294_967_295).nullish();
const image = z.string().min(1);

const wan = z.strictObject({
  prompt: z.string(),
  image,
  last_image: image.nullish(),
  num_frames: z.number().int().min(5).max(121).default(81),
  frames_per_second: z.number().int().min(5).max(30).default(16),
  resolution: z.enum(['480p', '720p']).default('480p'),
  go_fast: z.boolean().default(true),
  interpolate_output: z.boolean().default(false),
  sample_shift: z.number().min(1).max(20).default(12),
  seed,
  disable_safety_checker: z.boolean().default(false),
});

const seedance = (resolution: '720p' | '1080p') =>
  z.strictObject({
    prompt: z.string(),
    image: image.nullish(),
    last_frame_image: image.nullish(),
    duration: z.number().int().min(2).max(12).default(5),
    resolution: z.enum(['480p', '720p', '1080p']).default(resolution),
    aspect_ratio: z.enum(ASPECTS).default('16:9'),
    fps: z.literal(24).default(24),
    camera_fixed: z.boolean().default(false),
    seed,
  });

const pVideo = z.strictObject({
  prompt: z.string(),
  image: image.nullish(),
  last_frame_image: image.nullish(),
  duration: z.number().int().min(1).max(20).default(5),
  resolution: z.enum(['720p', '1080p']).default('720p'),
  aspect_ratio: z.enum(ASPECTS).default('16:9'),
  fps: z.union([z.literal(24), z.literal(48)]).default(24),
  draft: z.boolean().default(false),
  prompt_upsampling: z.boolean().default(true),
  save_audio: z.boolean().default(true),
  disable_safety_filter: z.boolean().default(true),
  seed,
});

/** Any model's input may be sent to the fixture, so that it can stand in for all of them. */
const fixture = z.looseObject({ delay_ms: z.number().int().min(0).max(3_600_000).default(0), seed });

/** Clips start and end on a frame, as the real models deliver them: 5 s at 24 fps are 121 frames. */
const framesFor = (seconds: number, fps: number) => seconds * fps + 1;

function model<T extends z.ZodType<Record<string, unknown>>>(
  schema: T,
  shape?: (input: z.output<T>) => ClipShape,
): Model {
  return { schema, shape: shape && ((input) => shape(schema.parse(input))) };
}

const seedanceModel = (resolution: '720p' | '1080p') =>
  model(seedance(resolution), (input) => ({
    frames: framesFor(input.duration, input.fps),
    fps: input.fps,
    maxPixels: PIXELS[input.resolution],
    cameraFixed: input.camera_fixed,
    audio: false,
    lastImage: input.last_frame_image ?? undefined,
  }));

/** The models this server knows. The two image fields of each have the names of the real ones. */
export const MODELS: ReadonlyMap<string, Model> = new Map([
  [
    'wan-video/wan-2.2-i2v-fast',
    model(wan, (input) => ({
      frames: input.num_frames,
      fps: input.frames_per_second,
      maxPixels: PIXELS[input.resolution],
      cameraFixed: false,
      audio: false,
      lastImage: input.last_image ?? undefined,
    })),
  ],
  ['bytedance/seedance-1-lite', seedanceModel('720p')],
  ['bytedance/seedance-1-pro', seedanceModel('1080p')],
  [
    'prunaai/p-video',
    model(pVideo, (input) => ({
      frames: framesFor(input.duration, input.fps),
      fps: input.fps,
      maxPixels: input.draft ? PIXELS['480p'] : PIXELS[input.resolution],
      cameraFixed: false,
      audio: input.save_audio,
      lastImage: input.last_frame_image ?? undefined,
    })),
  ],
  ['zoetrope/fixture', model(fixture)],
]);

function asInvalidFields(issue: z.core.$ZodIssue): InvalidField[] {
  const at = ['input', ...issue.path].join('.');
  if (issue.code !== 'unrecognized_keys')
    return [{ type: issue.code, field: at, description: issue.message }];
  return issue.keys.map((key) => ({
    type: 'additional_property_not_allowed',
    field: `${at}.${key}`,
    description: `Additional property ${key} is not allowed`,
  }));
}

/** Checks an input against its model. Throws the 422 of Replicate with every wrong field. */
export function checkInput({ schema }: Model, input: Record<string, unknown>): void {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error.issues.flatMap(asInvalidFields));
}
