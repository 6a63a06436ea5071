import { Module } from '@nestjs/common';
import { CONFIG } from '@zoetrope/platform/config';
import { Metrics } from '@zoetrope/platform/metrics';
import type { NotifierConfig } from '../config.js';
import { CacheAlarms } from './cache-alarms.js';
import { configuredCaches } from './caches/configured-caches.js';
import { Caches } from './caches.js';
import { EmbeddedUrls } from './embedded-urls.js';
import { Fence } from './fence.js';
import { ProjectPurge } from './project-purge.js';
import { PurgeAgain } from './purge-again.js';
import { PurgeCachesWhenDue } from './purge-caches-when-due.js';
import { PurgeMetrics, watchedPurgers } from './purge-metrics.js';
import { PurgeProjectWhenKeysChanged } from './purge-project-when-keys-changed.js';
import { PURGERS } from './purger.js';
import { SwitchVideoWhenMp4Stored } from './switch-video-when-mp4-stored.js';
import { Switchover } from './switchover.js';
import { ViewsPosition } from './views-position.js';

@Module({
  controllers: [SwitchVideoWhenMp4Stored, PurgeCachesWhenDue, PurgeProjectWhenKeysChanged],
  providers: [
    CacheAlarms,
    Caches,
    EmbeddedUrls,
    Fence,
    ProjectPurge,
    PurgeAgain,
    PurgeMetrics,
    Switchover,
    ViewsPosition,
    {
      provide: PURGERS,
      inject: [CONFIG, Metrics],
      useFactory: async (config: NotifierConfig, metrics: Metrics) =>
        watchedPurgers(await configuredCaches(config), metrics),
    },
  ],
  exports: [CacheAlarms, Caches, Fence],
})
export class PurgeModule {}
