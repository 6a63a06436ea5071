import type { Brand } from '@zoetrope/contracts/brand';
import type { Aspect, Mode, Motion } from '@zoetrope/contracts/parameters';
import { StageError } from '../stages/stage-error.js';

/** Nest token of the VisionProvider that the configuration names. */
export const VISION = Symbol('Vision');

/** What a motion prompt is made of. */
export interface VisionAsk {
  /** The very frame that the video begins with, as JPEG, no side longer than `MAX_VISION_SIDE`. */
  readonly image: Buffer;
  readonly brand?: Brand;
  readonly motion: Motion;
  readonly mode: Mode;
  readonly aspect: Aspect;
  readonly seconds: number;
}

/** Longest side of a picture to look at, in pixels: what vision models scale larger ones down to. */
export const MAX_VISION_SIDE = 1568;

/** Who looks at a picture and writes how it shall move. */
export interface VisionProvider {
  readonly name: 'local' | 'anthropic' | 'replicate';
  /** The model behind it, for the log; the local one has none. */
  readonly model?: string;
  /**
   * The motion prompt, at most `MAX_PROMPT` characters. One attempt: it does not retry, and stops when `signal` says so.
   * @throws StageError vision_blocked when the picture is refused for good, vision_timeout when there was no prompt,
   * transient where another attempt may help; whatever `signal` aborts with
   */
  write(ask: VisionAsk, signal: AbortSignal): Promise<string>;
}

/** Longest motion prompt, in characters; seedance takes 2000, and a few words are added to it. */
export const MAX_PROMPT = 1000;

export const blocked = (message: string, cause?: unknown): StageError =>
  new StageError('vision_blocked', message, false, { cause });

export const unanswered = (
  message: string,
  transient: boolean,
  cause?: unknown,
  retryAfterMs?: number,
): StageError => new StageError('vision_timeout', message, transient, { cause, retryAfterMs });
