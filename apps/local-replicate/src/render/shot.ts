import { aim, throughWindow } from './aim.js';
import { ease, endPose, type Pose, progressAt, thereAndBack, towards } from './camera.js';
import { guessDepth } from './depth.js';
import type { Direction } from './direction.js';
import { findView } from './register.js';
import type { Size, SourcePlanes } from './source-planes.js';
import { createGrid, mixInto, warpFrame } from './warp.js';

export interface Shot {
  size: Size;
  /** Number of frames; the first shows `first`, the last shows `last` where there is one. */
  frames: number;
  direction: Direction;
  first: SourcePlanes;
  last?: SourcePlanes;
}

const moment = (frame: number, frames: number) => (frames < 2 ? 0 : frame / (frames - 1));
const smooth = (t: number) => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));

/** From the whole image along the camera's path; back again where that is asked. */
function* forward({ size, frames, direction, first }: Shot): Generator<Uint8Array> {
  const grid = createGrid(size);
  const depth = guessDepth(first.y, size);
  const end = endPose(direction, size);
  const leg = direction.round ? 'round' : 'out';
  for (let i = 0; i < frames; i += 1) {
    const t = moment(i, frames);
    aim(grid, size, towards(end, progressAt(direction, t)), depth, { direction, leg, t });
    yield warpFrame(first, size, grid);
  }
}

/** Part of the time after which only the last image is filmed; it shows the same scene, and all of it. */
const HANDOVER = 0.3;

/**
 * The first image shows a window of the last one: film the last image from that window back to the
 * whole, and let the first image fade out exactly on top of it. Where the way back is short, the
 * camera makes a detour, so that a return is as lively as the way there.
 */
function* homeward(shot: Shot, last: SourcePlanes, window: Pose): Generator<Uint8Array> {
  const { size, frames, direction, first } = shot;
  const [grid, seenBefore] = [createGrid(size), createGrid(size)];
  const depth = guessDepth(last.y, size);
  const detour = endPose({ ...direction, zoom: Math.max(0, direction.zoom - (window.scale - 1)) }, size);
  for (let i = 0; i < frames; i += 1) {
    const t = moment(i, frames);
    const home = towards(window, 1 - progressAt({ ...direction, round: false }, t));
    const away = towards(detour, thereAndBack(t));
    const pose = {
      scale: home.scale * away.scale,
      x: home.x + away.x / home.scale,
      y: home.y + away.y / home.scale,
      roll: home.roll + away.roll,
    };
    aim(grid, size, pose, depth, { direction, leg: 'home', t });
    const frame = warpFrame(last, size, grid);
    const share = 1 - smooth(t / HANDOVER);
    if (share > 0) {
      throughWindow(grid, size, window, seenBefore);
      const before = warpFrame(first, size, seenBefore);
      mixInto(frame, before, 1 - share);
    }
    yield frame;
  }
}

/** Two different pictures: the camera moves on through a dissolve and arrives at the whole of the last. */
function* dissolve(shot: Shot, last: SourcePlanes): Generator<Uint8Array> {
  const { size, frames, direction, first } = shot;
  const grid = createGrid(size);
  const depths = [guessDepth(first.y, size), guessDepth(last.y, size)] as const;
  const end = endPose(direction, size);
  for (let i = 0; i < frames; i += 1) {
    const t = moment(i, frames);
    const share = 1 - smooth((t - 0.25) / 0.5);
    aim(grid, size, towards(end, ease(t)), depths[0], { direction, leg: 'out', t });
    const frame =
      share > 0 ? warpFrame(first, size, grid) : new Uint8Array((size.width * size.height * 3) / 2);
    if (share < 1) {
      aim(grid, size, towards(end, 1 - ease(t)), depths[1], { direction, leg: 'home', t });
      mixInto(frame, warpFrame(last, size, grid), share);
    }
    yield frame;
  }
}

/** Renders the shot frame by frame as yuv420p. Pure: the same shot gives the same pixels. */
export function filmShot(shot: Shot): Generator<Uint8Array> {
  if (!shot.last) return forward(shot);
  const window = findView(shot.first.y, shot.last.y, shot.size);
  return window ? homeward(shot, shot.last, window) : dissolve(shot, shot.last);
}
