import { RATE_LIMITS } from '@zoetrope/contracts/api/common';
import { commonConfig, serviceConfig } from '@zoetrope/platform/config';
import { edgeConfig } from '@zoetrope/platform/edge-config';
import { z } from 'zod';
import { accountConfig } from './accounts/account-config.js';

const perMinute = (fallback: number, what: string) =>
  z.coerce.number().int().min(1).max(1_000_000).default(fallback).describe(`${what} per user and minute`);

/** Everything the gateway reads from its environment. */
export const gatewayConfig = serviceConfig.extend({
  PORT: commonConfig.PORT.default(4000),
  DATABASE_URL: commonConfig.DATABASE_URL,
  PUBLIC_URL: commonConfig.PUBLIC_URL.default('http://localhost:4000'),
  ZOETROPE_SECRET_KEY: commonConfig.ZOETROPE_SECRET_KEY,
  ZOETROPE_SECRET_KEY_PREVIOUS: commonConfig.ZOETROPE_SECRET_KEY_PREVIOUS,
  ZOETROPE_INTERNAL_TOKEN: commonConfig.ZOETROPE_INTERNAL_TOKEN,
  ZOETROPE_EGRESS_ALLOW: commonConfig.ZOETROPE_EGRESS_ALLOW,
  DELETION_GRACE_SECONDS: commonConfig.DELETION_GRACE_SECONDS,
  OBJECTS_DIR: commonConfig.OBJECTS_DIR,
  S3_ENDPOINT: commonConfig.S3_ENDPOINT,
  S3_BUCKET: commonConfig.S3_BUCKET,
  S3_REGION: commonConfig.S3_REGION,
  S3_ACCESS_KEY_ID: commonConfig.S3_ACCESS_KEY_ID,
  S3_SECRET_ACCESS_KEY: commonConfig.S3_SECRET_ACCESS_KEY,
  S3_FORCE_PATH_STYLE: commonConfig.S3_FORCE_PATH_STYLE,
  S3_CHECKSUMS: commonConfig.S3_CHECKSUMS,
  S3_MULTIPART_MB: commonConfig.S3_MULTIPART_MB,
  ...edgeConfig,
  RATE_PREPARE: perMinute(RATE_LIMITS.prepare, 'prepare calls'),
  RATE_REGENERATE: perMinute(RATE_LIMITS.regenerate, 'regenerate calls'),
  RATE_WEBHOOKS_TEST: perMinute(RATE_LIMITS.webhooks_test, 'webhook test deliveries'),
  RATE_OTHER: perMinute(RATE_LIMITS.other, 'other signed-in calls'),
  FENCE_PATIENCE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(5_000)
    .describe(
      'how long a switch waits for storable answers of the older video before they are broken off, ms',
    ),
  REPLICATE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_/, 'expected whsec_…')
    .optional()
    .describe("signing secret of the provider's callbacks; default: asked of the provider"),
  REPLICATE_BASE_URL: z
    .url()
    .default('https://api.replicate.com/v1')
    .describe("Replicate's API, or the local renderer's"),
  REPLICATE_API_TOKEN: z.string().min(1).optional().describe("token of Replicate's API"),
  DASHBOARD_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('built files of the dashboard; default: those of this checkout'),
  ...accountConfig,
});
export type GatewayConfig = z.infer<typeof gatewayConfig>;
