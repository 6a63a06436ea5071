import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import type { Logger } from 'pino';
import { CLOCK, IDS, randomIds, systemClock } from './clock.js';
import { CONFIG } from './config.js';
import { logModule } from './log-module.js';
import { LOGGER } from './logging.js';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

@Module({})
class PlatformModule {}

@Module({})
class ServiceModule {}

/** What every service can inject: CONFIG, EVENT_LOG, LOGGER, CLOCK, IDS and the classes Readiness and Metrics. */
export function serviceModule(
  root: Type | DynamicModule,
  parts: { config: unknown; log: EventLog; logger: Logger; readiness: Readiness; metrics: Metrics },
): DynamicModule {
  const providers = [
    { provide: CONFIG, useValue: parts.config },
    { provide: LOGGER, useValue: parts.logger },
    { provide: CLOCK, useValue: systemClock },
    { provide: IDS, useValue: randomIds },
    { provide: Readiness, useValue: parts.readiness },
    { provide: Metrics, useValue: parts.metrics },
  ];
  const platform = {
    module: PlatformModule,
    global: true,
    providers,
    exports: providers.map((p) => p.provide),
  };
  return { module: ServiceModule, imports: [platform, logModule(parts.log), root] };
}
