import type { Fact } from '@zoetrope/contracts/fact';
import type { Appending } from './appending.js';
import { currentContext } from './context.js';
import type { Appended, AppendOptions, BatchEntry } from './event-log.js';
import type { AppendSeen, LogObserver } from './observer.js';
import { streamOf } from './streams.js';
import { type Attributes, inSpan, openSpan } from './tracing.js';

type Inner = Pick<Appending, 'append' | 'appendAll'>;
type Outcome = AppendSeen['outcome'];

/** Appending with a span and a figure for each fact. The fact carries its span's context on. */
export class WatchedAppending implements Inner {
  constructor(
    private readonly inner: Inner,
    private readonly observer: LogObserver,
  ) {}

  append(subject: string, fact: Fact, options: AppendOptions): Promise<Appended> {
    const { traceparent } = options.cause;
    const how = { kind: 'PRODUCER', attributes: attributesOf(subject, fact), traceparent } as const;
    return inSpan(`append ${fact.type}`, how, (span) => {
      const cause = { ...options.cause, traceparent: currentContext().traceparent };
      const told = (outcome: Outcome) => span.set({ 'zoetrope.outcome': outcome });
      return this.watch(subject, [fact], told, () => this.inner.append(subject, fact, { ...options, cause }));
    });
  }

  async appendAll(subject: string, entries: readonly BatchEntry[], expect: number): Promise<Appended> {
    const opened = entries.map((entry) => {
      const { fact, cause } = entry;
      const attributes = { ...attributesOf(subject, fact), 'messaging.batch.message_count': entries.length };
      const span = openSpan(`append ${fact.type}`, {
        kind: 'PRODUCER',
        attributes,
        traceparent: cause.traceparent,
      });
      return { span, entry: { ...entry, cause: { ...cause, traceparent: span.traceparent } } };
    });
    const facts = entries.map(({ fact }) => fact);
    const told = (outcome: Outcome) => {
      for (const { span } of opened) span.set({ 'zoetrope.outcome': outcome });
    };
    const carried = opened.map(({ entry }) => entry);
    try {
      return await this.watch(subject, facts, told, () => this.inner.appendAll(subject, carried, expect));
    } finally {
      for (const { span } of opened) span.end();
    }
  }

  private async watch(
    subject: string,
    facts: readonly Fact[],
    told: (outcome: Outcome) => void,
    work: () => Promise<Appended>,
  ): Promise<Appended> {
    const began = performance.now();
    let outcome: Outcome = 'failed';
    try {
      const appended = await work();
      outcome = outcomeOf(appended);
      return appended;
    } finally {
      told(outcome);
      const seconds = (performance.now() - began) / 1_000;
      const stream = streamOf(subject);
      for (const fact of facts) this.observer.appended({ stream, fact, outcome, seconds });
    }
  }
}

function outcomeOf(appended: Appended): Outcome {
  if (appended.kind === 'conflict') return 'conflict';
  return appended.already ? 'already' : 'stored';
}

function attributesOf(subject: string, { type, data }: Fact): Attributes {
  const { assetId, generation } = data as { assetId?: string; generation?: number };
  return {
    'messaging.system': 'nats',
    'messaging.operation.type': 'send',
    'messaging.destination.name': subject.slice(0, subject.indexOf('.')),
    'zoetrope.fact': type,
    ...(assetId !== undefined && { 'zoetrope.asset_id': assetId }),
    ...(generation !== undefined && { 'zoetrope.generation': generation }),
  };
}
