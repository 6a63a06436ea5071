import { hostname } from 'node:os';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { traceWith } from '@zoetrope/eventlog/tracing';
import type { Logger } from './logging.js';

/** Of a shutdown's 5 s; spans that a collector does not take by then are lost. */
const FLUSH_MS = 1_000;

/**
 * Sends this process's spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names (the exporter reads that variable, and
 * the other OTEL_EXPORTER_OTLP_* ones, itself). Loaded only when it is set.
 * @param ratio share of the traces begun here that are kept, 0 to 1; whoever began a trace decides for all of it
 * @returns sends what is left and ends
 */
export function startTracing(service: string, ratio: number, logger: Logger): () => Promise<void> {
  const warn = (message: string) => logger.warn({ context: 'tracing' }, message.slice(0, 300));
  const quiet = () => {};
  diag.setLogger(
    { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'zoetrope',
      'service.instance.id': `${hostname()}-${process.pid}`,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1_000 }),
    ],
  });
  traceWith(provider.getTracer('zoetrope'));
  return async () => {
    traceWith(undefined);
    await provider.forceFlush({ timeoutMillis: FLUSH_MS }).catch(quiet);
    await provider.shutdown().catch(quiet);
  };
}
