import { Injectable } from '@nestjs/common';
import { WebhookDelivered, WebhookFailed } from '@zoetrope/contracts/facts/delivery';
import { Metrics } from '@zoetrope/platform/metrics';

/** How webhook requests end, from the facts that tell it. */
@Injectable()
export class WebhookMetrics {
  constructor(metrics: Metrics) {
    const attempts = metrics.histogram('webhook_attempt_seconds', {
      help: 'time of one webhook request',
      labelNames: ['outcome'],
    });
    metrics.onFact((fact) => {
      if (WebhookDelivered.is(fact)) attempts.observe({ outcome: 'delivered' }, fact.data.latencyMs / 1_000);
      if (WebhookFailed.is(fact)) attempts.observe({ outcome: 'failed' }, fact.data.latencyMs / 1_000);
    });
  }
}
