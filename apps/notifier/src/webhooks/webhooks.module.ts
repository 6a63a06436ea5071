import { Module } from '@nestjs/common';
import { Deliveries } from './deliveries.js';
import { Dispatcher } from './dispatcher.js';
import { EmbedAddress } from './embed-address.js';
import { Endpoints } from './endpoints.js';
import { RaiseNotices } from './raise-notices.js';
import { Receiver } from './receiver.js';
import { Requests } from './requests.js';
import { SendWebhooksWhenSubscribed } from './send-webhooks-when-subscribed.js';
import { WebhookSigning } from './signing.js';
import { WebhookAlarms } from './webhook-alarms.js';
import { WebhookMetrics } from './webhook-metrics.js';

@Module({
  controllers: [SendWebhooksWhenSubscribed, RaiseNotices],
  providers: [
    Deliveries,
    Dispatcher,
    EmbedAddress,
    Endpoints,
    Receiver,
    Requests,
    WebhookAlarms,
    WebhookMetrics,
    WebhookSigning,
  ],
})
export class WebhooksModule {}
