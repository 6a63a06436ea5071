import { commonConfig, serviceConfig } from '@zoetrope/platform/config';
import { z } from 'zod';

const slug = (which: string) =>
  z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name')
    .optional()
    .describe(`Replicate model behind ${which}, owner/name`);

/** Everything the generator reads from its environment. */
export const generatorConfig = serviceConfig.extend({
  PUBLIC_URL: commonConfig.PUBLIC_URL,
  GATEWAY_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('gateway as the provider reaches it for callbacks; default PUBLIC_URL'),
  REPLICATE_BASE_URL: z
    .url()
    .default('https://api.replicate.com/v1')
    .describe("Replicate's API, or the local renderer's"),
  REPLICATE_API_TOKEN: z.string().min(1).describe("token of Replicate's API"),
  ZOETROPE_MODEL_WAN_FAST: slug('wan-fast (Free)'),
  ZOETROPE_MODEL_SEEDANCE: slug('seedance (Pro)'),
  ZOETROPE_MODEL_P_VIDEO: slug('p-video (Team)'),
  GENERATOR_FIRST_POLL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(300_000)
    .default(30_000)
    .describe('first poll of a prediction without callback, in ms; each further one waits twice as long'),
  ZOETROPE_EGRESS_ALLOW: commonConfig.ZOETROPE_EGRESS_ALLOW,
  OBJECTS_DIR: commonConfig.OBJECTS_DIR,
  S3_ENDPOINT: commonConfig.S3_ENDPOINT,
  S3_BUCKET: commonConfig.S3_BUCKET,
  S3_REGION: commonConfig.S3_REGION,
  S3_ACCESS_KEY_ID: commonConfig.S3_ACCESS_KEY_ID,
  S3_SECRET_ACCESS_KEY: commonConfig.S3_SECRET_ACCESS_KEY,
  S3_FORCE_PATH_STYLE: commonConfig.S3_FORCE_PATH_STYLE,
});
export type GeneratorConfig = z.infer<typeof generatorConfig>;
