import { type InputSchema, optionalImage, optionalSeed, text } from './input-schema.js';

const ASPECTS = ['16:9', '9:16', '4:3', '3:4', '3:2', '2:3', '1:1'] as const;

/** `prunaai/p-video`, version 68b33d8b, as published in 2026. */
export const pVideoInput: InputSchema = {
  title: 'Input',
  type: 'object',
  required: ['prompt'],
  dependencies: { last_frame_image: ['image'] },
  properties: {
    prompt: text,
    image: optionalImage,
    last_frame_image: optionalImage,
    audio: { type: 'string', format: 'uri', nullable: true },
    duration: { type: 'integer', minimum: 1, maximum: 20, default: 5 },
    resolution: { type: 'string', enum: ['720p', '1080p'], default: '720p' },
    fps: { type: 'integer', enum: [24, 48], default: 24 },
    aspect_ratio: { type: 'string', enum: ASPECTS, default: '16:9' },
    draft: { type: 'boolean', default: false },
    prompt_upsampling: { type: 'boolean', default: true },
    save_audio: { type: 'boolean', default: true },
    disable_safety_filter: { type: 'boolean', default: true },
    seed: optionalSeed,
    no_op: { type: 'boolean', default: false },
  },
};
