import type { JetStreamTransport } from '@zoetrope/eventlog/transport';
import type { Metrics } from './metrics.js';
import type { Readiness } from './readiness.js';

/** Longer than a healthy broker takes by far; a scrape waits 10 s by default. */
const ASKING_MS = 2_000;

/** `zoetrope_dependency_up`: what readiness says, asked at each scrape. */
export function measureReadiness(metrics: Metrics, readiness: Readiness): void {
  const up = metrics.gauge('dependency_up', {
    help: 'whether a dependency can be used',
    labelNames: ['dependency'],
    async collect() {
      const { checks } = await readiness.report();
      for (const [dependency, state] of Object.entries(checks))
        up.set({ dependency }, state === 'ok' ? 1 : 0);
    },
  });
}

/**
 * For gauges that one question fills: as `collect` of each, it asks once a scrape. Without it those made before the one
 * that asks would tell what the scrape before had found.
 */
export function onceAScrape(read: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | undefined;
  return () => {
    asking ??= read().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

/** What waits in the durables, asked of the broker at each scrape; no sample while it does not answer. */
export function measureBacklogs(metrics: Metrics, transport: Pick<JetStreamTransport, 'backlogs'>): void {
  const collect = onceAScrape(async () => {
    const backlogs = await within(ASKING_MS, transport.backlogs());
    pending.reset();
    unacknowledged.reset();
    for (const { durable, ...backlog } of backlogs ?? []) {
      pending.set({ durable }, backlog.pending);
      unacknowledged.set({ durable }, backlog.unacknowledged);
    }
  });
  const pending = metrics.gauge('queue_pending', {
    help: 'messages that no copy has got yet',
    labelNames: ['durable'],
    collect,
  });
  const unacknowledged = metrics.gauge('queue_unacknowledged', {
    help: 'messages that some copy has and has not settled',
    labelNames: ['durable'],
    collect,
  });
}

/** Undefined when it failed or took longer: a missing sample says that nobody knows, 0 would say that all is well. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([work.catch(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
