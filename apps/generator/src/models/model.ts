/** What one prediction is asked for, whichever model answers. */
export interface ClipAsk {
  readonly prompt: string;
  /** First frame: an address or data URI that the provider can read. */
  readonly image: string;
  /** Frame to end on; only given to models with `endsOnFrame`. */
  readonly lastImage?: string;
  /** Wanted length; the model's next possible one is asked for and retimed when stitching. */
  readonly seconds: number;
  readonly seed: number;
}

/** One image-to-video model as data: how it is named at the provider and how it is asked. */
export interface VideoModel {
  /** Replicate's `owner/name`; an operator may override it. */
  readonly slug: string;
  /** It takes a frame to end on, so a loop closes by itself; others are crossfaded. */
  readonly endsOnFrame: boolean;
  readonly input: (ask: ClipAsk) => Readonly<Record<string, unknown>>;
}

/** The smallest whole number of seconds that is at least `seconds`, within what a model accepts. */
export const nextLength = (seconds: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, Math.ceil(seconds)));
