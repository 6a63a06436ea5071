import { commonConfig, serviceConfig } from '@zoetrope/platform/config';
import { z } from 'zod';
import { readModelSettings } from './models/settings.js';

/** Alarms are kept for 30 days (TIMERS); a day of that is left for whoever handles them. */
const LONGEST_GRACE_S = 29 * 86_400;
const graceSeconds = (what: string) =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(LONGEST_GRACE_S)
    .default(7 * 86_400)
    .describe(what);

const slug = (which: string) =>
  z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name')
    .optional()
    .describe(`Replicate model behind ${which}, owner/name`);

const limit = (ms: number) => z.coerce.number().int().min(100).max(86_400_000).default(ms);

/** Everything the generator reads from its environment. */
const environment = serviceConfig.extend({
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
  ZOETROPE_MODELS: z
    .string()
    .superRefine((path, context) => {
      try {
        readModelSettings(path);
      } catch (error) {
        context.addIssue({
          code: 'custom',
          message: error instanceof Error ? error.message : String(error),
        });
      }
    })
    .optional()
    .describe('JSON file over apps/generator/models.json: slugs, inputs left open, prices, vision models'),
  ZOETROPE_VISION: z
    .enum(['local', 'anthropic', 'replicate'])
    .optional()
    .describe('who writes motion prompts; default anthropic with ANTHROPIC_API_KEY, else local'),
  ANTHROPIC_API_KEY: z.string().min(1).optional().describe("key of Anthropic's API, for vision"),
  ANTHROPIC_BASE_URL: z.url().default('https://api.anthropic.com').describe("Anthropic's API"),
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
  GENERATION_GRACE_SECONDS: graceSeconds(
    'how long the bytes of a generation are kept after a newer video took over, s; longer than your CDN keeps and your restores go back',
  ),
  DELETION_GRACE_SECONDS: commonConfig.DELETION_GRACE_SECONDS,
  GENERATOR_PREDICTION_TIMEOUT_MS: limit(300_000).describe('how long a prediction may take, ms'),
  GENERATOR_STALL_MS: limit(600_000).describe('after how long without progress a generation is given up, ms'),
  GENERATOR_VISION_TIMEOUT_MS: limit(30_000).describe('how long an attempt of vision may take, ms'),
  GENERATOR_MAX_CLIP_MB: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_000)
    .default(200)
    .describe('largest output taken from a provider, MB; a clip of 8 s at 1080p is about 20'),
  ZOETROPE_EGRESS_ALLOW: commonConfig.ZOETROPE_EGRESS_ALLOW,
  OBJECTS_DIR: commonConfig.OBJECTS_DIR,
  S3_ENDPOINT: commonConfig.S3_ENDPOINT,
  S3_BUCKET: commonConfig.S3_BUCKET,
  S3_REGION: commonConfig.S3_REGION,
  S3_ACCESS_KEY_ID: commonConfig.S3_ACCESS_KEY_ID,
  S3_SECRET_ACCESS_KEY: commonConfig.S3_SECRET_ACCESS_KEY,
  S3_FORCE_PATH_STYLE: commonConfig.S3_FORCE_PATH_STYLE,
  S3_CHECKSUMS: commonConfig.S3_CHECKSUMS,
  S3_MULTIPART_MB: commonConfig.S3_MULTIPART_MB,
});

export const generatorConfig = environment.refine(
  (config) => config.ZOETROPE_VISION !== 'anthropic' || config.ANTHROPIC_API_KEY !== undefined,
  { path: ['ANTHROPIC_API_KEY'], message: 'ZOETROPE_VISION=anthropic needs it' },
);
export type GeneratorConfig = z.infer<typeof generatorConfig>;
