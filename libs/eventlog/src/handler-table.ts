import type { MessageHandler } from '@nestjs/microservices';
import type { DurableSpec } from './durable-consumer.js';
import { laneOf } from './lanes.js';
import { type HandlerSpec, patternOf } from './on-fact.js';

/** One durable and the methods that its messages go to. */
export interface DurableHandlers extends DurableSpec {
  readonly maxDeliveries: number;
  /** By the fact's name, or `@due`. */
  handlerOf(what: string): MessageHandler | undefined;
  /** The `@OnParked` method. */
  readonly onParked: MessageHandler | undefined;
}

/**
 * Groups Nest's handlers by durable.
 * @throws Error when two methods want one fact of a durable, or a durable's handlers disagree
 */
export function durablesOf(handlers: ReadonlyMap<string, MessageHandler>): DurableHandlers[] {
  const durables = Map.groupBy(handlers, ([, { extras }]) => (extras as HandlerSpec | undefined)?.durable);
  return [...durables].flatMap(([durable, entries]) =>
    durable ? [durableOf(durable, new Map(entries))] : [],
  );
}

function durableOf(durable: string, handlers: ReadonlyMap<string, MessageHandler>): DurableHandlers {
  for (const [pattern, handler] of handlers) {
    if (handler.next)
      throw new Error(`two handlers for ${pattern}: one durable brings a message to one method`);
  }
  const specs = [...handlers.values()].map(({ extras }) => extras as HandlerSpec);
  const [stream, ...otherStreams] = new Set(specs.map((spec) => spec.stream));
  if (!stream || otherStreams.length > 0) throw new Error(`${durable}: a durable reads one stream`);
  const filters = [...new Set(specs.flatMap((spec) => spec.filters))];
  if (filters.length === 0) throw new Error(`${durable}: nothing but @OnParked`);
  return {
    durable,
    stream,
    filters,
    concurrency: agreed(durable, specs, 'concurrency') ?? 64,
    maxDeliveries: agreed(durable, specs, 'maxDeliveries') ?? 20,
    lane: agreed(durable, specs, 'lane') ?? laneOf,
    handlerOf: (what) => handlers.get(patternOf(durable, what)),
    onParked: handlers.get(patternOf(durable, '@parked')),
  };
}

function agreed<K extends 'concurrency' | 'maxDeliveries' | 'lane'>(
  durable: string,
  specs: readonly HandlerSpec[],
  option: K,
): HandlerSpec[K] {
  const given = [...new Set(specs.map((spec) => spec[option]).filter((value) => value !== undefined))];
  if (given.length > 1) throw new Error(`${durable}: its handlers disagree on ${option}`);
  return given[0];
}
