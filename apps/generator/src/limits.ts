import { ADOPTION_MS, type Limits } from '@zoetrope/domain/generation-steps';
import type { GeneratorConfig } from './config.js';

/** The first poll is also the end of waiting for a creation of which there is no word. */
export const limitsOf = (config: GeneratorConfig): Limits => ({
  visionMs: config.GENERATOR_VISION_TIMEOUT_MS,
  predictionMs: config.GENERATOR_PREDICTION_TIMEOUT_MS,
  stallMs: config.GENERATOR_STALL_MS,
  adoptionMs: Math.min(ADOPTION_MS, config.GENERATOR_FIRST_POLL_MS),
});
