import type { Brand } from '@zoetrope/contracts/brand';
import type { Motion } from '@zoetrope/contracts/parameters';
import type { ImageMeasures } from '@zoetrope/media/image';

export interface PromptParts {
  readonly measures: ImageMeasures;
  readonly motion: Motion;
  readonly brand?: Brand;
}

/** Every prompt, our own and a customer's, tells the model how strong the motion is to be. */
export const withMotion = (prompt: string, motion: Motion): string =>
  prompt.includes(`${motion} motion`) ? prompt : `${prompt.trim().replace(/[.\s]*$/, '')}. ${motion} motion`;

/** A motion prompt in plain English from what can be measured: camera move, subject, mood of the palette, brand. */
export const motionPrompt = ({ measures, motion, brand }: PromptParts): string => {
  const side = sideOf(measures);
  const sentences = [
    `${cameraMove(measures, side)}, the subject ${side} kept sharp`,
    `${moodOf(measures)} mood with ${measures.palette.slice(0, 3).join(', ')}`,
    ...(brand ? brandSentences(brand) : []),
  ];
  return withMotion(sentences.join('. '), motion);
};

const sideOf = ({ subject }: ImageMeasures): string => {
  const middle = subject.x + subject.width / 2;
  if (middle < 0.42) return 'on the left';
  return middle > 0.58 ? 'on the right' : 'in the centre';
};

/** One named move only: models follow the first they are told. */
const cameraMove = ({ subject, orientation, contrast }: ImageMeasures, side: string): string => {
  if (side === 'on the left') return 'The camera pans smoothly to the left';
  if (side === 'on the right') return 'The camera pans smoothly to the right';
  if (orientation === 'portrait' && subject.height > 0.6) return 'The camera tilts up smoothly';
  if (subject.width * subject.height < 0.3) return 'The camera pushes in on the subject';
  return contrast > 0.45
    ? 'The camera orbits with depth between near and far'
    : 'The camera drifts through the scene';
};

const moodOf = ({ palette, brightness, saturation }: ImageMeasures): string => {
  const light = brightness > 0.62 ? 'Bright' : brightness < 0.35 ? 'Dark' : 'Balanced';
  const colour = saturation > 0.45 ? 'vivid' : saturation < 0.15 ? 'muted' : 'natural';
  return `${light}, ${colour}, ${warmthOf(palette[0])}`;
};

const warmthOf = (hex = '#808080'): string => {
  const red = Number.parseInt(hex.slice(1, 3), 16);
  const blue = Number.parseInt(hex.slice(5, 7), 16);
  if (Math.abs(red - blue) < 16) return 'neutral';
  return red > blue ? 'warm' : 'cool';
};

/** What of a brand can show in how a picture moves: whose it is, its tone, whom it speaks to, its colours. */
const brandSentences = ({ brandName, messaging, design, colors }: Brand): string[] => {
  const tone = listed([messaging?.tone, design?.vibe]);
  const audience = messaging?.targetAudience ? `, for ${messaging.targetAudience}` : '';
  const values = listed(messaging?.valueProps?.slice(0, 2) ?? []);
  const tints = listed([colors?.primary, colors?.accent ?? colors?.secondary]);
  return [
    `Made for ${brandName}${tone ? `, in a ${tone} tone` : ''}${audience}`,
    ...(values ? [`It conveys ${values}`] : []),
    ...(tints ? [`It dwells on the brand colours ${tints}`] : []),
  ];
};

const listed = (words: readonly (string | undefined)[]): string => words.filter(Boolean).join(' and ');
