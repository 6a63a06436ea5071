import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import type { Pool } from 'pg';
import { type NotifierConfig, PRODUCT_TIMINGS, TIMINGS, type Timings } from './config.js';
import { DATABASE, openPool } from './database.js';
import { DeletionModule } from './deletion/deletion.module.js';
import { Presence } from './presence.js';
import { PurgeModule } from './purge/purge.module.js';
import { SseModule } from './sse/sse.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

@Module({ imports: [PurgeModule, DeletionModule, SseModule, WebhooksModule], providers: [Presence] })
export class NotifierModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly pool: Pool) {}

  /** The whole notifier. @param timings those of the product unless a test shortens them */
  static with(timings: Timings = PRODUCT_TIMINGS): DynamicModule {
    return {
      module: NotifierModule,
      global: true,
      providers: [
        {
          provide: DATABASE,
          inject: [CONFIG],
          useFactory: (config: NotifierConfig) => openPool(config.DATABASE_URL),
        },
        { provide: TIMINGS, useValue: timings },
      ],
      exports: [DATABASE, TIMINGS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
