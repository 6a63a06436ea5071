import { type InputSchema, image, optionalImage, optionalSeed, text } from './input-schema.js';

/** `wan-video/wan-2.2-i2v-fast`, version 4eaf2b01, as published in 2026. */
export const wanFastInput: InputSchema = {
  title: 'Input',
  type: 'object',
  required: ['prompt', 'image'],
  properties: {
    prompt: text,
    image,
    last_image: optionalImage,
    num_frames: { type: 'integer', minimum: 81, maximum: 121, default: 81 },
    resolution: { type: 'string', enum: ['480p', '720p'], default: '480p' },
    frames_per_second: { type: 'integer', minimum: 5, maximum: 30, default: 16 },
    interpolate_output: { type: 'boolean', default: false },
    go_fast: { type: 'boolean', default: true },
    sample_shift: { type: 'number', minimum: 1, maximum: 20, default: 12 },
    seed: optionalSeed,
    disable_safety_checker: { type: 'boolean', default: false },
    lora_weights_transformer: { type: 'string', nullable: true },
    lora_scale_transformer: { type: 'number', default: 1 },
    lora_weights_transformer_2: { type: 'string', nullable: true },
    lora_scale_transformer_2: { type: 'number', default: 1 },
  },
};
