import { type Combination, type Loop, loopOf, nameOf, ratioOf } from './combinations.ts';
import type { Video } from './video.ts';

/** A cell of the matrix with what the proxy URL served for it. */
export interface Row {
  readonly asked: Combination;
  readonly served: { readonly loop: string; readonly type: string };
  readonly video: Video;
}

/** Levels. A still photograph encoded as a video flickers by 0.2 at most; less than this and no seam would show. */
const LEAST_STEP = 0.6;
/** Median steps that the wrap may jump. */
const SEAM: Record<Exclude<Loop, 'none'>, number> = { native: 1, crossfade: 2 };
/** Parts of a median step: a wrap below is one frame shown twice, a stutter. */
const FREEZE = 0.1;
/** A model rounds sides to its own grid and we to even ones; on a side of 240 pixels that is 2 %. */
const RATIO_TOLERANCE = 0.025;

function formatFaults(video: Video): string[] {
  return [
    video.streams === 1 ? '' : `${video.streams} streams`,
    video.codec === 'h264' && video.profile === 'Constrained Baseline'
      ? ''
      : `${video.codec} ${video.profile}`,
    video.pixFmt === 'yuv420p' ? '' : video.pixFmt,
    video.bFrames === 0 ? '' : 'B frames',
    video.fastStart ? '' : 'its index at the end',
    ['1:1', '0:1'].includes(video.pixelAspect) ? '' : `pixels of ${video.pixelAspect}`,
    video.width % 2 === 0 && video.height % 2 === 0 ? '' : 'odd sides',
  ];
}

function shapeFaults(asked: Combination, video: Video, photo: { width: number; height: number }): string[] {
  const ratio = video.width / video.height / ratioOf(asked, photo);
  const off = Math.abs(video.seconds - asked.seconds);
  const counted = Math.abs(video.frames / video.fps - video.seconds);
  return [
    Math.abs(Math.log(ratio)) <= RATIO_TOLERANCE ? '' : `${video.width}x${video.height} for ${asked.aspect}`,
    off <= 1 / video.fps ? '' : `${video.seconds} s for ${asked.seconds} s`,
    counted <= 1 / video.fps ? '' : `${video.frames} frames at ${video.fps} fps in ${video.seconds} s`,
  ];
}

/** What the loop test says of a video; it must say something of a clip that was not made to loop. */
export function seamFaults({ step, seam }: Video, loop: Exclude<Loop, 'none'>): string[] {
  return [
    step >= LEAST_STEP ? '' : `hardly moves: ${step.toFixed(2)} levels a frame`,
    seam <= SEAM[loop] * step ? '' : `its wrap jumps ${(seam / step).toFixed(2)} median steps`,
    seam >= FREEZE * step ? '' : `its wrap stands still: ${(seam / step).toFixed(2)} median steps`,
  ].filter(Boolean);
}

function loopFaults({ asked, served, video }: Row): string[] {
  const loop = loopOf(asked);
  const named = served.loop === loop ? [] : [`X-Zoetrope-Loop ${served.loop} for ${loop}`];
  if (loop !== 'none') return [...named, ...seamFaults(video, loop)];
  const moves = video.step >= LEAST_STEP ? [] : [`hardly moves: ${video.step.toFixed(2)} levels a frame`];
  // The control: if a clip that ends elsewhere passed the loop test, the test would prove nothing.
  const control =
    seamFaults(video, 'crossfade').length > 0 ? [] : ['not a loop, yet the loop test finds none'];
  return [...named, ...moves, ...control];
}

/** Everything that is wrong with a row, in words; empty when nothing. */
export function faultsOf(row: Row, photo: { width: number; height: number }): string[] {
  const typed = row.served.type === 'video/mp4' ? '' : `content type ${row.served.type}`;
  const faults = [typed, ...formatFaults(row.video), ...shapeFaults(row.asked, row.video, photo)];
  return [...faults.filter(Boolean), ...loopFaults(row)];
}

/** Kinetic must be visibly stronger than subtle wherever both were asked. */
export function motionFaults(rows: readonly Row[]): string[] {
  return rows.flatMap((subtle) => {
    if (subtle.asked.motion !== 'subtle') return [];
    const same = nameOf({ ...subtle.asked, motion: 'kinetic' });
    const kinetic = rows.find(({ asked }) => nameOf(asked) === same);
    if (!kinetic || kinetic.video.step >= 1.4 * subtle.video.step) return [];
    return [`${same}: ${kinetic.video.step.toFixed(2)}, subtle ${subtle.video.step.toFixed(2)}`];
  });
}
