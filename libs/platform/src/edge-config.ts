import { z } from 'zod';

const addresses = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((part) => part.trim().replace(/\/+$/, ''))
      .filter(Boolean),
  )
  .pipe(z.array(z.url({ protocol: /^https?$/ })));

/**
 * The caches in front of the gateways that this installation purges. The gateway reads them to know which may keep
 * a video for long, the notifier to purge them: give both the same.
 */
export const edgeConfig = {
  EDGE_MAX_AGE_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(31_536_000)
    .default(86_400)
    .describe('how long a purged cache may keep a video or poster, s'),
  CLOUDFLARE_ZONE_ID: z.string().min(1).optional().describe('with its token: purge this Cloudflare zone'),
  CLOUDFLARE_API_TOKEN: z.string().min(1).optional().describe('token with the permission Zone.Cache Purge'),
  CLOUDFLARE_API_URL: z.url().default('https://api.cloudflare.com/client/v4').describe("Cloudflare's API"),
  FASTLY_SERVICE_ID: z.string().min(1).optional().describe('with its token: purge this Fastly service'),
  FASTLY_API_TOKEN: z.string().min(1).optional().describe('token with the scope purge_select'),
  FASTLY_API_URL: z.url().default('https://api.fastly.com').describe("Fastly's API"),
  VARNISH_URLS: addresses.describe('Varnish servers with deploy/varnish/zoetrope.vcl, comma-separated'),
  NGINX_URLS: addresses.describe('nginx servers with deploy/nginx/zoetrope.conf, comma-separated'),
  NGINX_REFRESH_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('secret by which those nginx servers know a refresh; the same in their configuration'),
} as const;

const edges = z.object(edgeConfig);
export type EdgeConfig = z.infer<typeof edges>;

/** Kinds of caches that are configured whole. */
export interface EdgeKinds {
  readonly cloudflare: boolean;
  readonly fastly: boolean;
  readonly varnish: boolean;
  readonly nginx: boolean;
}

export const edgeKinds = (config: EdgeConfig): EdgeKinds => ({
  cloudflare: Boolean(config.CLOUDFLARE_ZONE_ID && config.CLOUDFLARE_API_TOKEN),
  fastly: Boolean(config.FASTLY_SERVICE_ID && config.FASTLY_API_TOKEN),
  varnish: config.VARNISH_URLS.length > 0,
  nginx: config.NGINX_URLS.length > 0 && Boolean(config.NGINX_REFRESH_TOKEN),
});

/** Tag of everything that is cached of one asset. */
export const assetTag = (assetId: string): string => `asset-${assetId}`;
/** Tag of everything that is cached of one project. */
export const projectTag = (projectId: string): string => `project-${projectId}`;
