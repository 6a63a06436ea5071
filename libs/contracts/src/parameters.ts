import { z } from 'zod';
import { Text } from './text.js';

export const MOTIONS = ['subtle', 'medium', 'kinetic'] as const;
export const MODES = ['loop', 'animate-in', 'animate-on-hover'] as const;
export const ASPECTS = ['preserve', '1:1', '16:9', '9:16'] as const;
export const LOOP_MODES = ['native', 'crossfade', 'none'] as const;

export const Motion = z.enum(MOTIONS);
export const Mode = z.enum(MODES);
export const Aspect = z.enum(ASPECTS);
export const LoopMode = z.enum(LOOP_MODES);
export const DurSeconds = z.number().int().min(2).max(8);
export const PromptOverride = Text.min(1).max(500);
export const Seed = z
  .number()
  .int()
  .min(0)
  .max(2 ** 32 - 1);
export const Idem = Text.min(1).max(128);
/** A source address, at most 2048 characters (PRODUCT 7). */
export const SourceUrl = Text.min(1).max(2048);

export type Motion = z.infer<typeof Motion>;
export type Mode = z.infer<typeof Mode>;
export type Aspect = z.infer<typeof Aspect>;
export type LoopMode = z.infer<typeof LoopMode>;

/** What prepare was asked, omitted fields left out; the asset's identity comes from it. */
export const PrepareAsked = z.strictObject({
  motion: Motion.optional(),
  mode: Mode.optional(),
  dur_seconds: DurSeconds.optional(),
  aspect: Aspect.optional(),
  prompt_override: PromptOverride.optional(),
  seed: Seed.optional(),
  idem: Idem.optional(),
});
export type PrepareAsked = z.infer<typeof PrepareAsked>;

/** What a regenerate was asked (PRODUCT 3.2). `seed: null` returns to a fresh one each time. */
export const RegenerateAsked = z.strictObject({
  motion: Motion.optional(),
  mode: Mode.optional(),
  dur_seconds: DurSeconds.optional(),
  prompt_override: PromptOverride.optional(),
  seed: Seed.nullable().optional(),
});
export type RegenerateAsked = z.infer<typeof RegenerateAsked>;

/** The project's values for what prepare leaves out. */
export const Defaults = z.strictObject({ motion: Motion, mode: Mode, dur_seconds: DurSeconds });
export type Defaults = z.infer<typeof Defaults>;

export const PRODUCT_DEFAULTS: Defaults = { motion: 'medium', mode: 'loop', dur_seconds: 4 };

/** Everything the pipeline needs to know of one generation, nothing left to default. */
export const Resolved = z.strictObject({
  motion: Motion,
  mode: Mode,
  dur_seconds: DurSeconds,
  aspect: Aspect,
  /** This generation's prompt in place of vision's, if any. */
  prompt_override: PromptOverride.optional(),
  /** What was asked: a number that is kept, or none. */
  seed_asked: Seed.nullable(),
  /** What this generation uses: the asked one, or the one drawn for it. */
  seed: Seed,
});
export type Resolved = z.infer<typeof Resolved>;

/**
 * The canonical text whose SHA-256 names an asset: JSON of [project, src, motion, mode, dur,
 * prompt, seed, idem, aspect] as asked, omitted ones as null, so that defaults never move an embed.
 */
export const canonicalAsset = (projectId: string, src: string, asked: PrepareAsked): string =>
  JSON.stringify([
    projectId,
    src,
    asked.motion ?? null,
    asked.mode ?? null,
    asked.dur_seconds ?? null,
    asked.prompt_override ?? null,
    asked.seed ?? null,
    asked.idem ?? null,
    asked.aspect ?? null,
  ]);
