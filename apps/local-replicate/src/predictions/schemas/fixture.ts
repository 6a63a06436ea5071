import type { InputSchema } from './input-schema.js';

/** `zoetrope/fixture`: any model's input may be sent to it, so that it can stand in for all of them. */
export const fixtureInput: InputSchema = {
  title: 'Input',
  type: 'object',
  required: [],
  properties: {
    delay_ms: { type: 'integer', minimum: 0, maximum: 3_600_000, default: 0 },
    seed: { type: 'integer', nullable: true },
  },
};
