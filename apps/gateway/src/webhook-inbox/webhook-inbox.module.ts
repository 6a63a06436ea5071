import { Module } from '@nestjs/common';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { WebhookInboxController } from './inbox.controller.js';
import { WebhookInbox } from './inbox.js';

/** Webhooks that come back to us, to be looked at. */
@Module({
  imports: [WebhooksModule],
  controllers: [WebhookInboxController],
  providers: [WebhookInbox],
})
export class WebhookInboxModule {}
