import { Module } from '@nestjs/common';
import { CallbacksController } from './callbacks.controller.js';
import { WebhookSecret } from './webhook-secret.js';

/** What the provider of predictions reports. */
@Module({ controllers: [CallbacksController], providers: [WebhookSecret] })
export class CallbacksModule {}
