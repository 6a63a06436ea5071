import { randomFrom } from './random.js';

export type Intensity = 'subtle' | 'medium' | 'kinetic';
export type Move = 'push' | 'pull' | 'pan' | 'tilt' | 'orbit' | 'drift' | 'roll' | 'still';

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
  /** How much the nearest parts grow against the farthest while the camera goes in; negative while it backs off. */
  dolly: number;
  /** Waves in the near parts, in fractions of the height; 0 for things that do not sway. */
  sway: number;
  /** Part of a loop: the camera is on the move where clips meet, where it rests otherwise. */
  flows: boolean;
  /** Told to come back to where it began, without being given a frame to end on. */
  round: boolean;
  /** Radians. */
  phase: number;
  seconds: number;
}

/** The first words found win, so the more specific come first. */
const WORDS: [RegExp, Move, number][] = [
  [
    /\b(zoom(s|ing)? out|pull(s|ing)? (back|out|away)|(dolly|back)\w* (out|away|off)|widen|reveal)/,
    'pull',
    0,
  ],
  [/\b(orbit|arc|circl|revolv|around|parallax|3d)/, 'orbit', 0],
  [/\b(roll|spin|twist|dutch)/, 'roll', 0],
  [/\bpan(s|ning)?\b[^.,;]{0,24}\bleft|\b(slide|track|truck)\w*[^.,;]{0,16}left/, 'pan', -1],
  [/\bpan(s|ning)?\b[^.,;]{0,24}\bright|\b(slide|track|truck)\w*[^.,;]{0,16}right/, 'pan', 1],
  [/\b(tilt|crane|pedestal)\w*[^.,;]{0,16}\bup|\b(rise|rises|rising|ascend\w*|lifts)\b/, 'tilt', -1],
  [/\b(tilt|crane|pedestal)\w*[^.,;]{0,16}\bdown|\b(descend|sink|lower)(s|ing)?\b/, 'tilt', 1],
  [/\bcamera (holds|stays|is) (still|fixed|static)|\b(static|locked-off|fixed) (camera|shot)/, 'still', 0],
  [/\b(pan|slid|track|sweep)/, 'pan', 0],
  [/\btilt/, 'tilt', 0],
  [/\b(drift|float|handheld|glid|hover)/, 'drift', 0],
  [/\b(zoom|push|dolly|closer|approach|towards?)/, 'push', 0],
];
const SWAYING =
  /\b(water|wave|ocean|sea|river|wind|breez|leaves|grass|flower|hair|fabric|cloth|smoke|cloud|rippl|sway|flutter)/;
const UNNAMED: Move[] = ['push', 'orbit', 'drift', 'pan'];

/** What a loop's prompts say of where they end: no move of its own. */
const LOOP_TALK = /[^.]*\b(opening frame|loop)\b[^.]*\.?/g;

/** Beyond it, what is near would fold over what lies between it and the border. */
const MOST_DOLLY = 0.42;

interface Strength {
  zoom: number;
  swing: number;
  dolly: number;
  sway: number;
  roll: number;
}

/** Zoom at the end of four seconds, parallax and sway, per intensity; tuned by eye and by frame difference. */
const STRENGTH: Record<Intensity, Strength> = {
  subtle: { zoom: 0.14, swing: 0.016, dolly: 0.07, sway: 0.0022, roll: 0.006 },
  medium: { zoom: 0.23, swing: 0.032, dolly: 0.12, sway: 0.0036, roll: 0.016 },
  kinetic: { zoom: 0.4, swing: 0.06, dolly: 0.2, sway: 0.006, roll: 0.036 },
};

/** How each move spends the strength: zoom, pan across, pan down, roll, parallax, growth of what is near, waves. */
const SHAPES: Record<Move, Strength & { panX: number; panY: number }> = {
  push: { zoom: 1, panX: 0.25, panY: 0.15, roll: 0.15, swing: 0.45, dolly: 1, sway: 1 },
  // The first frame shows all there is, so backing off shows in what is near becoming smaller.
  pull: { zoom: 0, panX: 0, panY: 0, roll: 0, swing: 0.2, dolly: -3, sway: 1 },
  pan: { zoom: 0.95, panX: 1, panY: 0.1, roll: 0, swing: 0.8, dolly: 0, sway: 1 },
  tilt: { zoom: 0.95, panX: 0.1, panY: 1, roll: 0, swing: 0.5, dolly: 0, sway: 1 },
  orbit: { zoom: 0.7, panX: 0.7, panY: 0.1, roll: 0.3, swing: 1.3, dolly: 0.4, sway: 1 },
  drift: { zoom: 0.75, panX: 0.6, panY: 0.5, roll: 0.4, swing: 0.9, dolly: 0.3, sway: 1 },
  roll: { zoom: 0.9, panX: 0.15, panY: 0.1, roll: 1, swing: 0.5, dolly: 0, sway: 1 },
  // Named waves and no camera: the water moves, and the camera hardly.
  still: { zoom: 0.5, panX: 0.2, panY: 0.1, roll: 0, swing: 0.4, dolly: 0.5, sway: 2.5 },
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
  const told = ask.prompt.toLowerCase();
  const prompt = told.replace(LOOP_TALK, ' ');
  const draw = drawFrom(ask.seed);
  const named = WORDS.find(([pattern]) => pattern.test(prompt));
  const sways = SWAYING.test(prompt);
  const move = named?.[1] ?? (sways ? 'still' : UNNAMED[Math.floor(draw.move * UNNAMED.length)]) ?? 'push';
  const intensity = intensityOf(prompt);
  const strength = STRENGTH[intensity];
  const shape = SHAPES[move];
  const still = ask.cameraFixed ? 0 : 1;
  const round = /\b(returns|pulls back) to the opening frame\b/.test(told);
  // Longer clips go further, not slower, within what a picture can give; there and back in one clip is twice the way.
  const reach =
    Math.min(1.5, Math.max(0.5, ask.seconds / 4)) * (round ? 0.6 : 1) * (0.92 + 0.16 * draw.speed);
  // The second half of a loop that has no frame to end on takes the other side, so that it is no repeat of the first.
  const way = /\bpulls back to the opening frame/.test(told) ? -1 : 1;
  const across = move === 'pan' && named?.[2] ? named[2] : draw.side;
  const down = move === 'tilt' && named?.[2] ? named[2] : draw.down;
  return {
    move,
    intensity,
    zoom: strength.zoom * shape.zoom * reach * still,
    panX: shape.panX * across * way * still,
    panY: shape.panY * down * way * still,
    roll: strength.roll * shape.roll * -across * way * still,
    swing: strength.swing * shape.swing * -across * Math.sqrt(reach),
    swingY: strength.swing * 0.25 * -down,
    dolly: Math.max(-MOST_DOLLY, strength.dolly * shape.dolly * Math.sqrt(reach)) * still,
    sway: sways ? strength.sway * shape.sway : 0,
    flows: /\b(opening frame|loop)\b/.test(told),
    round,
    phase: 2 * Math.PI * draw.phase,
    seconds: ask.seconds,
  };
}

function drawFrom(seed: number) {
  const random = randomFrom(seed);
  const [move, side, down] = [random(), random() < 0.5 ? -1 : 1, random() < 0.5 ? -1 : 1];
  return { move, side, down, speed: random(), phase: random() };
}
