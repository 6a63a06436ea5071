import { Module } from '@nestjs/common';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { NotifierCopies } from './notifier-copies.js';
import { SseController } from './sse.controller.js';
import { SseMetrics } from './sse-metrics.js';
import { SseRelay } from './sse-relay.js';

/** Server-sent events, relayed from a notifier. */
@Module({
  imports: [RegenerateModule],
  controllers: [SseController],
  providers: [SseRelay, SseMetrics, NotifierCopies],
})
export class SseModule {}
