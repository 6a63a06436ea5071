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

/** The camera's path from the whole picture: `t` 0 to 1. A pull goes in fast, then back out slowly. */
export function forwardPose(direction: Direction, end: Pose, t: number): Pose {
  if (direction.move !== 'pull') return towards(end, ease(t));
  const turn = 0.3;
  return towards(end, t < turn ? ease(t / turn) : 1 - ease((t - turn) / (1 - turn)));
}

/** Parallax over time: one swing in short clips, left and right in long ones; at rest at both ends. */
export function swingAt(seconds: number, t: number): number {
  return seconds < 3 ? thereAndBack(t) : Math.sin(2 * Math.PI * t) * Math.sqrt(thereAndBack(t));
}
