import { Injectable } from '@nestjs/common';
import { Metrics } from '@zoetrope/platform/metrics';
import { SseHub } from './hub.js';

@Injectable()
export class SseMetrics {
  constructor(metrics: Metrics, hub: SseHub) {
    metrics.gauge('sse_open', {
      help: 'event streams open now',
      collect() {
        this.set(hub.listenerCount);
      },
    });
  }
}
