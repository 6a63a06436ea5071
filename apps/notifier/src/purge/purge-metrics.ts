import { Injectable } from '@nestjs/common';
import { GenerationReady } from '@zoetrope/contracts/facts/video';
import { inSpan } from '@zoetrope/eventlog/tracing';
import { LONG_SECONDS, Metrics } from '@zoetrope/platform/metrics';
import type { Purger } from './purger.js';

/** How long a switched video takes to be announced, and which caches did not confirm by then. */
@Injectable()
export class PurgeMetrics {
  constructor(metrics: Metrics) {
    const announcing = metrics.histogram('announce_seconds', {
      help: 'from the switch to a new video to its announcement',
      buckets: LONG_SECONDS,
    });
    const unconfirmed = metrics.counter('unconfirmed_total', {
      help: 'announcements that a cache had not confirmed',
      labelNames: ['cache'],
    });
    metrics.onFact((fact) => {
      if (!GenerationReady.is(fact)) return;
      announcing.observe(Math.max(0, Date.now() - fact.data.switchedAt) / 1_000);
      for (const cache of fact.data.unconfirmed) unconfirmed.inc({ cache: kindOf(cache) });
    });
  }
}

/** The same purgers, each ask of a cache with a span and a figure. */
export function watchedPurgers(purgers: readonly Purger[], metrics: Metrics): Purger[] {
  const seconds = metrics.histogram('purge_seconds', {
    help: 'time of one purge request to a cache',
    labelNames: ['cache', 'outcome'],
  });
  return purgers.map((purger) => ({
    name: purger.name,
    tiered: purger.tiered,
    purge: async (target, signal) => {
      const ended = seconds.startTimer({ cache: purger.name });
      let outcome = 'failed';
      try {
        await inSpan(
          `purge ${purger.name}`,
          { kind: 'CLIENT', attributes: { 'zoetrope.tag': target.tag } },
          () => purger.purge(target, signal),
        );
        outcome = 'confirmed';
      } finally {
        ended({ outcome });
      }
    },
  }));
}

/** A gateway's name has the id of its process; as a label it would be a new series with each start. */
const kindOf = (cache: string): string => (cache.startsWith('gateway.') ? 'gateway' : cache);
