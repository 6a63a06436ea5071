import { type EdgeConfig, edgeKinds } from '@zoetrope/platform/edge-config';
import type { Purger } from '../purger.js';
import { fastly } from './fastly.js';
import { nginx } from './nginx.js';
import { varnish } from './varnish.js';

/** Every cache that the environment names, one Purger each. */
export async function configuredCaches(config: EdgeConfig): Promise<Purger[]> {
  const kinds = edgeKinds(config);
  return [
    ...(kinds.cloudflare ? [await fromCloudflare(config)] : []),
    ...(kinds.fastly
      ? [
          fastly({
            serviceId: config.FASTLY_SERVICE_ID ?? '',
            apiToken: config.FASTLY_API_TOKEN ?? '',
            apiUrl: config.FASTLY_API_URL,
          }),
        ]
      : []),
    ...config.VARNISH_URLS.map(varnish),
    ...(kinds.nginx ? config.NGINX_URLS.map((url) => nginx(url, config.NGINX_REFRESH_TOKEN ?? '')) : []),
  ];
}

/** Loaded when it is needed only: its client is by far the largest thing a notifier could load. */
async function fromCloudflare(config: EdgeConfig): Promise<Purger> {
  const { cloudflare } = await import('./cloudflare.js');
  return cloudflare({
    zoneId: config.CLOUDFLARE_ZONE_ID ?? '',
    apiToken: config.CLOUDFLARE_API_TOKEN ?? '',
    apiUrl: config.CLOUDFLARE_API_URL,
  });
}
