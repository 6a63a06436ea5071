import type { Fact } from '@zoetrope/contracts/fact';
import type { LogObserver } from '@zoetrope/eventlog/observer';
import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

/** From a quick append to an answer that hangs, s. */
export const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** What takes as long as a prediction or a busy queue, s. */
export const LONG_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

type Own<C> = Omit<C, 'registers' | 'name'>;

/**
 * The figures of one service, as `/metrics` tells them. Inject it and make series in a constructor; each name gets the
 * prefix `zoetrope_`. Labels take closed sets only: an id as a label costs a series for ever.
 */
export class Metrics {
  readonly registry = new Registry();
  private readonly factListeners = new Set<(fact: Fact) => void>();

  /** @param service label of every series */
  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
  }

  counter<L extends string>(name: string, options: Own<CounterConfiguration<L>>): Counter<L> {
    return new Counter({ ...options, name: `zoetrope_${name}`, registers: [this.registry] });
  }

  gauge<L extends string>(name: string, options: Own<GaugeConfiguration<L>>): Gauge<L> {
    return new Gauge({ ...options, name: `zoetrope_${name}`, registers: [this.registry] });
  }

  histogram<L extends string>(name: string, options: Own<HistogramConfiguration<L>>): Histogram<L> {
    const buckets = options.buckets ?? SECONDS;
    return new Histogram({ ...options, buckets, name: `zoetrope_${name}`, registers: [this.registry] });
  }

  /** Told of each fact that this process, and no other, has stored. */
  onFact(listener: (fact: Fact) => void): void {
    this.factListeners.add(listener);
  }

  /** What the process itself costs. Once a process: its observers cannot be taken back. */
  ofProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The series of what passes through the log, and who feeds them. */
  ofLog(): LogObserver {
    const appends = this.histogram('append_seconds', {
      help: 'time of an append, of a batch as a whole',
      labelNames: ['stream', 'outcome'],
    });
    const facts = this.counter('facts_total', {
      help: 'facts stored by this service',
      labelNames: ['type'],
    });
    const waits = this.histogram('queue_wait_seconds', {
      help: 'from the storing of a message to its first delivery',
      labelNames: ['durable'],
      buckets: LONG_SECONDS,
    });
    const handlers = this.histogram('handler_seconds', {
      help: 'time of one delivery in its handler',
      labelNames: ['durable', 'outcome'],
      buckets: LONG_SECONDS,
    });
    const dead = this.counter('dead_letters_total', {
      help: 'messages that a handler gave up',
      labelNames: ['durable'],
    });
    return {
      appended: ({ stream, outcome, fact, seconds }) => {
        appends.observe({ stream, outcome }, seconds);
        if (outcome !== 'stored') return;
        facts.inc({ type: fact.type });
        for (const listener of this.factListeners) listener(fact);
      },
      delivered: ({ durable, outcome, seconds, waitedSeconds }) => {
        handlers.observe({ durable, outcome }, seconds);
        if (waitedSeconds !== undefined) waits.observe({ durable }, waitedSeconds);
        if (outcome === 'parked') dead.inc({ durable });
      },
    };
  }
}
