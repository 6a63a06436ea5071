/** What one prediction is asked for, whichever model answers. */
export interface ClipAsk {
  readonly prompt: string;
  /** First frame: an address or data URI that the provider can read. */
  readonly image: string;
  /** Frame to end on; only given to models with `endsOnFrame`. */
  readonly lastImage?: string;
  /** Wanted length; the model's next possible one is asked for and retimed when stitching. */
  readonly seconds: number;
  /** 0 to 2^32 - 1, as PRODUCT 3.1 has it; a model with a smaller range gets its remainder. */
  readonly seed: number;
}

type Field = string;
export type Inputs = Readonly<Record<string, unknown>>;

/** How a model is told how long its clip is to be. Limits are the provider's, both inclusive. */
export type Length =
  | { readonly kind: 'seconds'; readonly field: Field; readonly min: number; readonly max: number }
  | {
      readonly kind: 'frames';
      readonly frames: { readonly field: Field; readonly min: number; readonly max: number };
      readonly fps: { readonly field: Field; readonly min: number; readonly max: number };
      /** Counts are 1 + a multiple of this: what the model's video codec packs together. */
      readonly step: number;
      /** Frames a second below which motion begins to stutter: more frames are asked for first. */
      readonly smoothFps: number;
    };

/**
 * A family of image-to-video models as data: what its inputs are called and what they may hold. The shape of the
 * video follows the image in all of them, so an asked aspect is made from the source beforehand.
 */
export interface ModelFamily {
  readonly fields: {
    readonly prompt: Field;
    readonly image: Field;
    /** Missing: the model cannot be relied on to end on a given frame, so its loops are crossfaded. */
    readonly lastImage?: Field;
    readonly seed: Field;
  };
  readonly length: Length;
  /** Largest seed; smallest is 0. */
  readonly maxSeed: number;
  /** Sent with every ask, and no operator's default changes it: no sound, no rewriting of our prompt, the frame rate. */
  readonly fixed: Inputs;
}

/** It takes a frame to end on, so a loop closes by itself; others are crossfaded. */
export const endsOnFrame = ({ fields }: ModelFamily): boolean => fields.lastImage !== undefined;

/** Frames per second of a clip whose model makes `frames` of them at `fps`. */
const within = (value: number, { min, max }: { min: number; max: number }): number =>
  Math.min(max, Math.max(min, value));

/** The shortest length a model can make that fills `seconds`, as its inputs. */
export const lengthInputs = (length: Length, seconds: number): Inputs => {
  if (length.kind === 'seconds') return { [length.field]: within(Math.ceil(seconds), length) };
  const { frames, fps, step, smoothFps } = length;
  const count = within(1 + step * Math.ceil((seconds * smoothFps - 1) / step), frames);
  return { [frames.field]: count, [fps.field]: within(Math.floor(count / seconds), fps) };
};

/** Seconds of video that these inputs make. */
export const secondsOf = (length: Length, inputs: Inputs): number =>
  length.kind === 'seconds'
    ? Number(inputs[length.field])
    : Number(inputs[length.frames.field]) / Number(inputs[length.fps.field]);

/** Whatever 32 bits were asked, in the model's own range: the same seed is always the same number there. */
export const seedWithin = (maxSeed: number, seed: number): number => seed % (maxSeed + 1);

/** The inputs of one prediction. `defaults`: an operator's, for inputs that we leave open. */
export const inputsOf = (
  { fields, length, maxSeed, fixed }: ModelFamily,
  ask: ClipAsk,
  defaults: Inputs = {},
): Inputs => ({
  ...defaults,
  ...fixed,
  ...lengthInputs(length, ask.seconds),
  [fields.prompt]: ask.prompt,
  [fields.image]: ask.image,
  ...(fields.lastImage && ask.lastImage !== undefined ? { [fields.lastImage]: ask.lastImage } : {}),
  [fields.seed]: seedWithin(maxSeed, ask.seed),
});

/** Inputs that every ask sets itself, so that nobody's defaults may. */
export const reservedInputs = ({ fields, length, fixed }: ModelFamily): ReadonlySet<string> =>
  new Set([
    ...Object.values(fields),
    ...Object.keys(fixed),
    ...(length.kind === 'seconds' ? [length.field] : [length.frames.field, length.fps.field]),
  ]);
