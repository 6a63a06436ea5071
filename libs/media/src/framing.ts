import type { DetailProfile } from './measure.js';

export type Aspect = 'preserve' | '1:1' | '16:9' | '9:16';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture gets an aspect. Pixels of the upright picture, all sides even. */
export type Framing =
  /** A part of it, of exactly that aspect. */
  | ({ readonly kind: 'crop'; readonly left: number; readonly top: number } & Size)
  /** All of it, in the middle of a canvas of that aspect. */
  | ({ readonly kind: 'extend' } & Size);

const RATIOS: Record<Exclude<Aspect, 'preserve'>, number> = { '1:1': 1, '16:9': 16 / 9, '9:16': 9 / 16 };
const even = (side: number) => Math.max(2, Math.floor(side / 2) * 2);

/** The largest even-sided rectangle of the asked aspect inside width x height, in pixels. */
export function aspectSize(width: number, height: number, aspect: Aspect): Size {
  if (aspect === 'preserve') return { width: even(width), height: even(height) };
  const ratio = RATIOS[aspect];
  return width / height > ratio
    ? { width: even(Math.round(height * ratio)), height: even(height) }
    : { width: even(width), height: even(Math.round(width / ratio)) };
}

/** A picture has a subject when so much of its detail lies in so small a part of its length; texture is everywhere. */
const SUBJECT_SHARE = 0.8;
const SUBJECT_LENGTH = 0.6;
/** A crop that keeps less of the detail of a picture with a subject has lost the subject. */
const KEPT_SHARE = 0.7;

/**
 * Crops where the detail is. Where a picture has a subject and no crop of that aspect holds enough of it, the picture
 * is kept whole and extended instead.
 */
export function framingFor(picture: Size, aspect: Aspect, detail: DetailProfile): Framing {
  const size = aspectSize(picture.width, picture.height, aspect);
  const across = picture.width - size.width > picture.height - size.height;
  const profile = across ? detail.columns : detail.rows;
  const [whole, part] = across ? [picture.width, size.width] : [picture.height, size.height];
  const best = bestWindow(profile, Math.max(1, Math.round((part / whole) * profile.length)));
  const lost = best.share < KEPT_SHARE && shortestSpan(profile, SUBJECT_SHARE) <= SUBJECT_LENGTH;
  if (aspect !== 'preserve' && lost) return { kind: 'extend', ...extended(picture, aspect) };
  const from = Math.min(whole - part, Math.round(best.from * whole));
  const middle = (side: number, kept: number) => Math.floor((side - kept) / 2);
  return {
    kind: 'crop',
    ...size,
    left: across ? from : middle(picture.width, size.width),
    top: across ? middle(picture.height, size.height) : from,
  };
}

/** Longest side of a canvas: an extended picture is not larger than the largest source. */
const MAX_CANVAS = 4096;

function extended({ width, height }: Size, aspect: Exclude<Aspect, 'preserve'>): Size {
  const ratio = RATIOS[aspect];
  const canvas =
    width / height > ratio ? { width, height: width / ratio } : { width: height * ratio, height };
  const shrink = Math.min(1, MAX_CANVAS / Math.max(canvas.width, canvas.height));
  return { width: even(canvas.width * shrink), height: even(canvas.height * shrink) };
}

/** The window of `length` cells with most in it, the middlemost of equals; `from` as a fraction of the whole. */
function bestWindow(profile: readonly number[], length: number): { from: number; share: number } {
  const total = profile.reduce((sum, value) => sum + value, 0);
  const slack = profile.length - length;
  if (slack <= 0 || total === 0) return { from: Math.max(0, slack / 2) / profile.length, share: 1 };
  const sums = Array.from({ length: slack + 1 }, (_, from) => sumOf(profile, from, length));
  const fromMiddle = (from: number) => Math.abs(from - slack / 2);
  const best = sums.reduce((found, sum, from) => {
    const known = sums[found] ?? 0;
    return sum > known || (sum === known && fromMiddle(from) < fromMiddle(found)) ? from : found;
  }, 0);
  return { from: best / profile.length, share: (sums[best] ?? 0) / total };
}

/** The shortest part of the profile, as a fraction of its length, that holds a share of everything. */
function shortestSpan(profile: readonly number[], share: number): number {
  for (let length = 1; length <= profile.length; length += 1) {
    if (bestWindow(profile, length).share >= share) return length / profile.length;
  }
  return 1;
}

const sumOf = (profile: readonly number[], from: number, length: number): number =>
  profile.slice(from, from + length).reduce((sum, value) => sum + value, 0);
