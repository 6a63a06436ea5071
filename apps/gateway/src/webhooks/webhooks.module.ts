import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../idempotency/idempotency.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveryHistory } from './delivery-history.js';
import { MailOwnerWhenEndpointFails } from './mail-owner-when-endpoint-fails.js';
import { Payloads } from './payloads.js';
import { WebhookSecrets } from './webhook-secrets.js';
import { WebhooksController } from './webhooks.controller.js';

/** Where webhooks go, what was sent, and sending it again; the notifier does the sending. */
@Module({
  imports: [IdempotencyModule, ProjectsModule],
  controllers: [WebhooksController, DeliveriesController, MailOwnerWhenEndpointFails],
  providers: [DeliveryHistory, Payloads, WebhookSecrets],
  exports: [WebhookSecrets],
})
export class WebhooksModule {}
