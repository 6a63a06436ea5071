import { Module } from '@nestjs/common';
import { RegenerateModule } from '../regenerate/regenerate.module.js';
import { NotifierCopies } from './notifier-copies.js';
import { SseController } from './sse.controller.js';
import { SseRelay } from './sse-relay.js';

/** Server-sent events, relayed from a notifier. */
@Module({ imports: [RegenerateModule], controllers: [SseController], providers: [SseRelay, NotifierCopies] })
export class SseModule {}
