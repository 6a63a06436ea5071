import type { Direction } from './direction.js';
import type { Size } from './source-planes.js';

/** What the camera sees: a window 1/scale as large as the picture, its centre moved, turned by roll. */
export interface Pose {
  scale: number;
  /** Centre of the window, in output pixels from the picture's centre. */
  x: number;
  y: number;
  /** Radians. */
  roll: number;
}

export const WHOLE: Pose = { scale: 1, x: 0, y: 0, roll: 0 };

/** Part of the time spent getting up to speed, and again slowing down; the rest is even motion. */
const RAMP = 0.24;

/** 0 to 1 with a soft start and end and even speed between: speed is 0 at both ends, so clips join. */
export function ease(t: number): number {
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  const speed = 1 / (1 - RAMP);
  if (t < RAMP) return (speed * t * t) / (2 * RAMP);
  if (t > 1 - RAMP) return 1 - (speed * (1 - t) ** 2) / (2 * RAMP);
  return speed * (t - RAMP / 2);
}

/** Out and back: 0 at both ends, 1 in the middle, at rest in all three. */
export const thereAndBack = (t: number): number => Math.sin(Math.PI * Math.min(1, Math.max(0, t))) ** 2;

/** The pose that a direction ends on; the window stays inside the picture, turned corners included. */
export function endPose(direction: Direction, { width, height }: Size): Pose {
  const scale = 1 + direction.zoom;
  const roll = Math.sign(direction.roll) * Math.min(Math.abs(direction.roll), maxRoll(scale, width, height));
  const [cos, sin] = [Math.cos(roll), Math.abs(Math.sin(roll))];
  const freeX = width / 2 - (width * cos + height * sin) / (2 * scale);
  const freeY = height / 2 - (height * cos + width * sin) / (2 * scale);
  return {
    scale,
    x: 0.9 * direction.panX * Math.max(0, freeX),
    y: 0.9 * direction.panY * Math.max(0, freeY),
    roll,
  };
}

/** The turn at which half of the free margin of the longer side's neighbours is used up. */
function maxRoll(scale: number, width: number, height: number): number {
  const free = (Math.min(width, height) / 2) * (1 - 1 / scale);
  return free / Math.max(width, height);
}

/** From the whole picture (part 0) to `end` (part 1); the window never leaves the picture on the way. */
export function towards(end: Pose, part: number): Pose {
  const scale = end.scale ** part;
  const open = 1 - 1 / end.scale;
  const moved = open > 0.005 ? (1 - 1 / scale) / open : part;
  return { scale, x: end.x * moved, y: end.y * moved, roll: end.roll * moved };
}

/** 0 to 1 as a pendulum goes, at rest in both ends: half of a circle whose other axis is `parallaxAt`. */
const pendulum = (t: number): number => (1 - Math.cos(Math.PI * Math.min(1, Math.max(0, t)))) / 2;

/** How far along its way the camera is at `t` 0 to 1; 0 at both ends for one that comes back. */
export function progressAt({ flows, round }: Direction, t: number): number {
  if (round) return thereAndBack(t);
  return flows ? pendulum(t) : ease(t);
}

/** Which part of a loop a clip is: from the image, back to it, or there and back at once. */
export type Leg = 'out' | 'home' | 'round';

/**
 * Parallax over time, -1 to 1, none at both ends. In a loop it is fastest where the camera turns, so that the whole is a
 * round trip that never stands still: one half out, the other half on the way home. Else one swing in short clips, left
 * and right in long ones, at rest at both ends.
 */
export function parallaxAt({ flows, seconds }: Direction, leg: Leg, t: number): number {
  if (flows || leg === 'home') {
    if (leg === 'round') return Math.sin(2 * Math.PI * t);
    return (leg === 'home' ? -1 : 1) * Math.sin(Math.PI * t);
  }
  return seconds < 3 ? thereAndBack(t) : Math.sin(2 * Math.PI * t) * Math.sqrt(thereAndBack(t));
}
