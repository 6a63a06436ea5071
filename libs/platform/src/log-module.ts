import { type DynamicModule, Module } from '@nestjs/common';
import type { EventLog } from '@zoetrope/eventlog/event-log';

/** Nest token of the EventLog: `@Inject(EVENT_LOG) private readonly log: EventLog`. */
export const EVENT_LOG = Symbol('EventLog');

@Module({})
class LogModule {}

/**
 * Gives every module the process's event log. `runService` imports it; tests may import it themselves.
 * Whoever connected the log closes it.
 */
export const logModule = (log: EventLog): DynamicModule => ({
  module: LogModule,
  global: true,
  providers: [{ provide: EVENT_LOG, useValue: log }],
  exports: [EVENT_LOG],
});
