import { Injectable } from '@nestjs/common';
import {
  Mp4Stored,
  SourceFetched,
  StageCompleted,
  StageFailed,
  VisionCompleted,
  VisionFailed,
} from '@zoetrope/contracts/facts/generation';
import { LONG_SECONDS, Metrics } from '@zoetrope/platform/metrics';
import { Provider } from './provider/provider.js';

/** What the stages take and how they fail, from the facts that tell it, and what the provider answers. */
@Injectable()
export class GeneratorMetrics {
  constructor(metrics: Metrics, provider: Provider) {
    const seconds = metrics.histogram('stage_seconds', {
      help: 'time of a stage that completed, its prediction included',
      labelNames: ['stage'],
      buckets: LONG_SECONDS,
    });
    const failures = metrics.counter('stage_failures_total', {
      help: 'attempts of a stage that failed',
      labelNames: ['stage', 'code'],
    });
    metrics.onFact((fact) => {
      if (SourceFetched.is(fact)) seconds.observe({ stage: 'source' }, fact.data.latencyMs / 1_000);
      if (VisionCompleted.is(fact)) seconds.observe({ stage: 'vision' }, fact.data.latencyMs / 1_000);
      if (StageCompleted.is(fact)) seconds.observe({ stage: fact.data.stage }, fact.data.latencyMs / 1_000);
      if (Mp4Stored.is(fact)) seconds.observe({ stage: 'r2_write' }, fact.data.latencyMs / 1_000);
      if (VisionFailed.is(fact)) failures.inc({ stage: 'vision', code: fact.data.code });
      if (StageFailed.is(fact)) failures.inc({ stage: fact.data.stage, code: fact.data.code });
    });
    const calls = metrics.histogram('provider_seconds', {
      help: 'time of one request to the prediction provider; status none: no answer',
      labelNames: ['call', 'status'],
    });
    provider.onCall(({ call, status, seconds: took }) => calls.observe({ call, status }, took));
  }
}
