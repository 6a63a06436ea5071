import { type InputSchema, optionalImage, optionalSeed, text } from './input-schema.js';

const ASPECTS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9', '9:21'] as const;

const seedance = (resolution: '720p' | '1080p', more: InputSchema['properties'] = {}): InputSchema => ({
  title: 'Input',
  type: 'object',
  required: ['prompt'],
  // "This only works if an image start frame is given too."
  dependencies: { last_frame_image: ['image'] },
  properties: {
    prompt: text,
    image: optionalImage,
    last_frame_image: optionalImage,
    duration: { type: 'integer', minimum: 2, maximum: 12, default: 5 },
    resolution: { type: 'string', enum: ['480p', '720p', '1080p'], default: resolution },
    aspect_ratio: { type: 'string', enum: ASPECTS, default: '16:9' },
    fps: { type: 'integer', enum: [24], default: 24 },
    camera_fixed: { type: 'boolean', default: false },
    seed: optionalSeed,
    ...more,
  },
});

/** `bytedance/seedance-1-lite` as published in 2026. */
export const seedanceLiteInput = seedance('720p', {
  reference_images: { type: 'array', items: { type: 'string', format: 'uri' }, maxItems: 4, nullable: true },
});

/** `bytedance/seedance-1-pro` as published in 2026. */
export const seedanceProInput = seedance('1080p');
