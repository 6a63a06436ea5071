import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelName } from '@zoetrope/contracts/plans';
import { z } from 'zod';
import { type Inputs, reservedInputs, secondsOf } from './model.js';
import { MODELS } from './models.js';

const Slug = z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name');
const Defaults = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** One video model: its name at Replicate, inputs that we leave open, and what the provider charges. */
const VideoSettings = z.strictObject({
  slug: Slug,
  defaults: Defaults,
  price: z.strictObject({ usd: z.number().min(0), per: z.enum(['second', 'video']) }),
});
export type VideoSettings = z.infer<typeof VideoSettings>;

const Field = z.string().min(1);
const VisionSettings = z.strictObject({
  anthropic: z.strictObject({
    model: z
      .string()
      .min(1) /** Of an answer with whatever the model thinks before it; a prompt itself takes about 150. */,
    maxTokens: z.number().int().min(200).max(16_384),
  }),
  replicate: z.strictObject({
    slug: Slug,
    /** What the model calls its inputs; `system` may be missing, then it is put before the prompt. */
    fields: z.strictObject({
      prompt: Field,
      system: Field.optional(),
      image: Field,
      imageIsList: z.boolean(),
    }),
    defaults: Defaults,
  }),
});
export type VisionSettings = z.infer<typeof VisionSettings>;

const ModelSettings = z.strictObject({
  'wan-fast': VideoSettings,
  seedance: VideoSettings,
  'p-video': VideoSettings,
  vision: VisionSettings,
});
export type ModelSettings = z.infer<typeof ModelSettings>;

/** The file that ships with the generator: slugs, defaults and prices as they were looked up. */
export const SHIPPED_MODELS = join(import.meta.dirname, '..', '..', 'models.json');

/** Of both files: objects are merged, everything else is the operator's if it is there. */
const merged = (ours: unknown, theirs: unknown): unknown => {
  if (!isObject(ours) || !isObject(theirs)) return theirs;
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return Object.fromEntries(
    names.map((name) => [name, name in theirs ? merged(ours[name], theirs[name]) : ours[name]]),
  );
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : error}`);
  }
};

/** Inputs that the generator sets itself: an operator's default for one would be lost without a word. */
const refuseReserved = (settings: ModelSettings): void => {
  for (const name of ModelName.options) {
    const reserved = reservedInputs(MODELS[name]);
    const taken = Object.keys(settings[name].defaults).filter((input) => reserved.has(input));
    if (taken.length > 0) throw new Error(`${name}.defaults: ${taken.join(', ')} is set for each prediction`);
  }
};

/**
 * The shipped settings with an operator's file over them, which may name only what it changes.
 * @throws Error that says which member of which file is wrong
 */
export function readModelSettings(overrides?: string): ModelSettings {
  const shipped = readJson(SHIPPED_MODELS);
  const parsed = ModelSettings.safeParse(overrides ? merged(shipped, readJson(overrides)) : shipped);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${overrides ?? SHIPPED_MODELS}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  refuseReserved(parsed.data);
  return parsed.data;
}

/** What of the configuration names models. */
export interface ModelsConfig {
  readonly ZOETROPE_MODELS?: string;
  readonly ZOETROPE_MODEL_WAN_FAST?: string;
  readonly ZOETROPE_MODEL_SEEDANCE?: string;
  readonly ZOETROPE_MODEL_P_VIDEO?: string;
}

const known = new WeakMap<ModelsConfig, ModelSettings>();

/** The settings of this process, read once. A slug in the environment goes before both files. */
export function modelSettings(config: ModelsConfig): ModelSettings {
  const settings = known.get(config) ?? read(config);
  known.set(config, settings);
  return settings;
}

function read(config: ModelsConfig): ModelSettings {
  const settings = readModelSettings(config.ZOETROPE_MODELS);
  const slugs: Record<ModelName, string | undefined> = {
    'wan-fast': config.ZOETROPE_MODEL_WAN_FAST,
    seedance: config.ZOETROPE_MODEL_SEEDANCE,
    'p-video': config.ZOETROPE_MODEL_P_VIDEO,
  };
  for (const name of ModelName.options) settings[name].slug = slugs[name] ?? settings[name].slug;
  return settings;
}

/** What the provider charges for a prediction, in US dollars; an estimate, since prices change. */
export const costOf = (model: ModelName, { price }: VideoSettings, input: Inputs): number =>
  price.per === 'video' ? price.usd : price.usd * secondsOf(MODELS[model].length, input);
