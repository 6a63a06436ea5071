import { Module } from '@nestjs/common';
import { History } from './history.js';
import { SseHub } from './hub.js';
import { InternalToken } from './internal-token.guard.js';
import { SseController } from './sse.controller.js';
import { SseMetrics } from './sse-metrics.js';

@Module({ controllers: [SseController], providers: [SseHub, SseMetrics, History, InternalToken] })
export class SseModule {}
