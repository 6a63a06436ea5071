import { randomFrom } from './random.js';

export type Intensity = 'subtle' | 'medium' | 'kinetic';
export type Move = 'push' | 'pull' | 'pan' | 'tilt' | 'orbit' | 'drift' | 'roll';

/** What the camera is told to do, before it is known how large the picture is. */
export interface Direction {
  move: Move;
  intensity: Intensity;
  /** How far the zoom goes at its end: 0.2 means the picture 1.2 times as large. */
  zoom: number;
  /** -1 to 1: part of the free margin that the camera uses, right and down positive. */
  panX: number;
  panY: number;
  /** Radians, clockwise. */
  roll: number;
  /** Parallax: shift between far and near in fractions of the width. */
  swing: number;
  swingY: number;
  /** Waves in the near parts, in fractions of the height; 0 for things that do not sway. */
  sway: number;
  /** Radians. */
  phase: number;
  seconds: number;
}

/** The first words found win, so the more specific come first. */
const WORDS: [RegExp, Move, number][] = [
  [/\b(zoom(s|ing)? out|pull(s|ing)? (back|out|away)|dolly out|widen|reveal)/, 'pull', 0],
  [/\b(orbit|arc|circl|revolv|around|parallax|3d)/, 'orbit', 0],
  [/\b(roll|spin|twist|dutch)/, 'roll', 0],
  [/\bpan(s|ning)?\b[^.,;]{0,24}\bleft|\b(slide|track|truck)\w*[^.,;]{0,16}left/, 'pan', -1],
  [/\bpan(s|ning)?\b[^.,;]{0,24}\bright|\b(slide|track|truck)\w*[^.,;]{0,16}right/, 'pan', 1],
  [/\b(tilt|crane|pedestal|rise)\w*[^.,;]{0,16}\bup|\brising\b|\bascend/, 'tilt', -1],
  [/\b(tilt|crane|pedestal|descend)\w*[^.,;]{0,16}\bdown|\bdescend/, 'tilt', 1],
  [/\b(pan|slid|track|sweep)/, 'pan', 0],
  [/\btilt/, 'tilt', 0],
  [/\b(drift|float|handheld|glid|hover)/, 'drift', 0],
  [/\b(zoom|push|dolly|closer|approach|towards?)/, 'push', 0],
];
const SWAYING =
  /\b(water|wave|ocean|sea|river|wind|breez|leaves|grass|flower|hair|fabric|cloth|smoke|cloud|rippl|sway|flutter)/;
const UNNAMED: Move[] = ['push', 'orbit', 'drift', 'pan'];

/** Zoom at the end of four seconds, parallax and sway, per intensity; tuned by eye and by frame difference. */
const STRENGTH: Record<Intensity, { zoom: number; swing: number; sway: number; roll: number }> = {
  subtle: { zoom: 0.075, swing: 0.012, sway: 0.0012, roll: 0.006 },
  medium: { zoom: 0.17, swing: 0.028, sway: 0.0025, roll: 0.016 },
  kinetic: { zoom: 0.36, swing: 0.055, sway: 0.0045, roll: 0.036 },
};

/** How each move spends the strength: zoom, pan across, pan down, roll, parallax. */
const SHAPES: Record<Move, { zoom: number; panX: number; panY: number; roll: number; swing: number }> = {
  push: { zoom: 1, panX: 0.25, panY: 0.15, roll: 0.15, swing: 0.7 },
  pull: { zoom: 0.9, panX: 0.2, panY: 0.1, roll: 0.1, swing: 0.7 },
  pan: { zoom: 0.95, panX: 1, panY: 0.1, roll: 0, swing: 0.8 },
  tilt: { zoom: 0.95, panX: 0.1, panY: 1, roll: 0, swing: 0.5 },
  orbit: { zoom: 0.7, panX: 0.7, panY: 0.1, roll: 0.3, swing: 1.3 },
  drift: { zoom: 0.75, panX: 0.6, panY: 0.5, roll: 0.4, swing: 0.8 },
  roll: { zoom: 0.9, panX: 0.15, panY: 0.1, roll: 1, swing: 0.5 },
};

function intensityOf(prompt: string): Intensity {
  const found = /\b(subtle|medium|kinetic)\b/.exec(prompt)?.[1];
  if (found) return found as Intensity;
  if (/\b(energetic|dynamic|fast|dramatic|intense)/.test(prompt)) return 'kinetic';
  return /\b(slow|gentle|calm|soft|still)/.test(prompt) ? 'subtle' : 'medium';
}

/**
 * Reads a prompt as a camera operator would. The same prompt, seed and length give the same direction;
 * where the prompt leaves something open, the seed decides.
 */
export function directionFor(ask: {
  prompt: string;
  seed: number;
  seconds: number;
  cameraFixed?: boolean;
}): Direction {
  const prompt = ask.prompt.toLowerCase();
  const random = randomFrom(ask.seed);
  const draw = {
    move: random(),
    side: random() < 0.5 ? -1 : 1,
    down: random() < 0.5 ? -1 : 1,
    speed: random(),
  };
  const named = WORDS.find(([pattern]) => pattern.test(prompt));
  const move = named?.[1] ?? UNNAMED[Math.floor(draw.move * UNNAMED.length)] ?? 'push';
  const intensity = intensityOf(prompt);
  const strength = STRENGTH[intensity];
  const shape = SHAPES[move];
  // Longer clips go further, not slower, within what a picture can give.
  const reach = Math.min(1.5, Math.max(0.5, ask.seconds / 4)) * (0.92 + 0.16 * draw.speed);
  const still = ask.cameraFixed ? 0 : 1;
  const across = move === 'pan' && named?.[2] ? named[2] : draw.side;
  const down = move === 'tilt' && named?.[2] ? named[2] : draw.down;
  return {
    move,
    intensity,
    zoom: strength.zoom * shape.zoom * reach * still,
    panX: shape.panX * across * still,
    panY: shape.panY * down * still,
    roll: strength.roll * shape.roll * -across * still,
    swing: strength.swing * shape.swing * -across * Math.sqrt(reach),
    swingY: strength.swing * 0.25 * -down,
    sway: SWAYING.test(prompt) ? strength.sway : 0,
    phase: 2 * Math.PI * random(),
    seconds: ask.seconds,
  };
}
