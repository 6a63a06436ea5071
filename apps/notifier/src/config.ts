import { commonConfig, serviceConfig } from '@zoetrope/platform/config';
import { edgeConfig } from '@zoetrope/platform/edge-config';
import { z } from 'zod';

export const notifierConfig = z.object({
  ...serviceConfig.shape,
  DATABASE_URL: commonConfig.DATABASE_URL,
  PUBLIC_URL: commonConfig.PUBLIC_URL,
  ZOETROPE_SECRET_KEY: commonConfig.ZOETROPE_SECRET_KEY,
  ZOETROPE_SECRET_KEY_PREVIOUS: commonConfig.ZOETROPE_SECRET_KEY_PREVIOUS,
  ZOETROPE_INTERNAL_TOKEN: commonConfig.ZOETROPE_INTERNAL_TOKEN,
  ZOETROPE_EGRESS_ALLOW: commonConfig.ZOETROPE_EGRESS_ALLOW,
  ...edgeConfig,
  WEBHOOK_AT_ONCE: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('webhook requests at once to one endpoint, from each copy of the notifier'),
  WEBHOOK_HORIZON_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(600_000)
    .describe(
      'how far ahead, at most, a delivery to a slow or dead endpoint is put off before it is looked at again',
    ),
  NOTIFIER_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('where gateways reach this copy; its HOST and PORT unless set'),
});
export type NotifierConfig = z.infer<typeof notifierConfig>;

/** Nest token of the Timings. */
export const TIMINGS = Symbol('Timings');

/** Every time the notifier waits for somebody, in ms. One place, so that a test can shorten it. */
export interface Timings {
  /** For a gateway to confirm the fence; longer than a lease, so that a dead one lapses before it is named. */
  readonly fenceMs: number;
  /** For one answer to the fence; longer than the 5 s after which a gateway breaks off old answers. */
  readonly fenceAskMs: number;
  /** For a cache to confirm its purge, and for PostgreSQL to have the switch (PRODUCT 6.3). */
  readonly purgeMs: number;
  /** Between the two purges of a cache that fills from another one of its own. */
  readonly tierMs: number;
  /** For a receiver's answer to a webhook (PRODUCT 6.2). */
  readonly receiverMs: number;
  /** For whoever dispatched a webhook to record its end, before another does it again. */
  readonly claimMs: number;
  /** How long a fact's message is held for its webhook, before an alarm takes over. */
  readonly graceMs: number;
  /** Between two `: ping` lines of an SSE connection. */
  readonly pingMs: number;
  /** Longest SSE connection. */
  readonly connectionMs: number;
}

export const PRODUCT_TIMINGS: Timings = {
  fenceMs: 12_000,
  fenceAskMs: 7_000,
  purgeMs: 10_000,
  tierMs: 2_000,
  receiverMs: 10_000,
  claimMs: 15_000,
  graceMs: 1_000,
  pingMs: 15_000,
  connectionMs: 300_000,
};
