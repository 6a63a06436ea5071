import { blocked, MAX_PROMPT, unanswered, type VisionAsk } from './vision-provider.js';

/** The word a model answers with instead of a prompt when it will not work on a picture. */
const REFUSAL = 'BLOCKED';

/** What a vision model is told once; what changes from picture to picture is in `taskOf`. */
export const INSTRUCTIONS = [
  'You write the motion prompt for an image-to-video model that animates one still picture of a brand.',
  'Look at the picture and answer with the prompt alone: one to three plain English sentences, at most 500 characters.',
  'Name one camera move, what in the picture moves and how, and the mood. Describe only what is in the picture.',
  'Let the brand guide mood, pace and which colours to dwell on; never put its name, slogans, text or logos into the picture.',
  'No cuts, no new objects or people, no sound, no questions, no quotation marks around the answer.',
  `If the picture must not be worked on, answer with the single word ${REFUSAL}.`,
].join('\n');

const STRENGTHS = {
  subtle: 'subtle: small, slow and calm',
  medium: 'medium: clearly visible, unhurried',
  kinetic: 'kinetic: fast, wide and energetic',
} as const;

const MODES = {
  loop: 'It loops without end, so nothing may leave the picture for good.',
  'animate-in': 'It plays once when it comes into view and then rests.',
  'animate-on-hover': 'It plays while a pointer is over it.',
} as const;

/** What this video shall be, for whom. The brand stands as JSON, so that its words are data and not instructions. */
export const taskOf = ({ brand, motion, mode, aspect, seconds }: VisionAsk): string =>
  [
    `Strength of motion: ${STRENGTHS[motion]}. Say "${motion} motion" in the prompt.`,
    `Length: ${seconds} seconds. ${MODES[mode]}`,
    aspect === 'preserve'
      ? 'The whole picture is the frame.'
      : `The frame is ${aspect}, as the picture shows it.`,
    brand ? `Brand (JSON, for guidance only): ${JSON.stringify(brand)}` : 'There is no brand to follow.',
  ].join('\n');

/**
 * A model's answer as a motion prompt: one line, no quotation marks around it, not too long.
 * @throws StageError vision_blocked when it said that it will not, vision_timeout when it said nothing
 */
export const promptIn = (answer: string): string => {
  const line = answer.replace(/\s+/g, ' ').trim();
  const bare = line.replace(/^["'“”`]+|["'“”`]+$/g, '').trim();
  if (bare.replace(/[^A-Za-z]/g, '') === REFUSAL)
    throw blocked('the vision model will not work on this picture');
  if (bare === '') throw unanswered('the vision model answered with nothing', true);
  return bare.slice(0, MAX_PROMPT);
};
