import type { ServiceOptions } from '@zoetrope/platform/service';
import { AppModule } from './app.module.js';
import type { GatewayConfig } from './config.js';
import { adapterOptions, frame } from './http/frame.js';

/** The gateway as a service: what `main` runs, and what tests start in their own process. */
export const gatewayService = (config: GatewayConfig): ServiceOptions<GatewayConfig> => ({
  name: 'gateway',
  module: AppModule,
  config,
  database: true,
  http: {
    adapter: adapterOptions(config.PUBLIC_URL, config.TRUSTED_PROXIES),
    bodyParser: false,
    setup: (app) => frame(app),
  },
});
