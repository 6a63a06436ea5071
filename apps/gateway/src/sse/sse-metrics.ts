import { Injectable } from '@nestjs/common';
import { Metrics } from '@zoetrope/platform/metrics';
import { SseRelay } from './sse-relay.js';

@Injectable()
export class SseMetrics {
  constructor(metrics: Metrics, relay: SseRelay) {
    metrics.gauge('sse_open', {
      help: 'event streams open now',
      collect() {
        this.set(relay.openCount);
      },
    });
  }
}
