import { Module } from '@nestjs/common';
import { History } from './history.js';
import { SseHub } from './hub.js';
import { InternalToken } from './internal-token.guard.js';
import { SseController } from './sse.controller.js';

@Module({ controllers: [SseController], providers: [SseHub, History, InternalToken] })
export class SseModule {}
