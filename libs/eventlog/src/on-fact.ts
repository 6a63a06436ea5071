import { applyDecorators, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Fact, FactOf, FactType, Recorded, Service } from '@zoetrope/contracts/fact';
import type { StreamName } from '@zoetrope/contracts/streams';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { RethrowToTransport } from './rethrow-to-transport.js';
import type { Verdict } from './verdict.js';

interface Delivery {
  /** 1 for the first. */
  readonly deliveryCount: number;
  /** Aborted at shutdown: a handler that stops then may throw, and its message goes to another copy at once. */
  readonly signal: AbortSignal;
}

/** What an `@OnFact` method gets. `Received<typeof GenerationReserved>` or `Received<GenerationFact>`. */
export interface Received<T extends Fact | FactType = Fact> extends Delivery {
  readonly fact: Recorded<T extends Fact ? T : FactOf<T> extends Fact ? FactOf<T> : Fact>;
}

/** A fired alarm. `name` is what it was set under. `seq` and `ts` (Unix ms) are those of the firing. */
export interface DueAlarm<Data = unknown> {
  readonly service: Service;
  readonly name: string;
  readonly data: Data;
  readonly seq: number;
  readonly ts: number;
  readonly subject: string;
}

/** What an `@OnDue` method gets. */
export interface ReceivedAlarm<Data = unknown> extends Delivery {
  readonly alarm: DueAlarm<Data>;
}

/** What an `@OnParked` method gets, before the dead letter is written. */
export interface Parked {
  readonly fact?: Recorded;
  readonly alarm?: DueAlarm;
  readonly why: string;
  readonly deliveryCount: number;
}

/**
 * The messages of one lane run one at a time, in order, within one process. Default: the subject's asset or owner.
 * `data`: the message as it came, for what the subject does not name.
 */
export type Lane = (message: { readonly subject: string; readonly data: Uint8Array }) => string;

export interface DurableOptions {
  /** The consumer's name, shared by all copies of the service. Several handlers may share it. */
  readonly durable: string;
  readonly lane?: Lane;
  /** Messages handled at once in this process; default 64. */
  readonly concurrency?: number;
  /** After so many deliveries the message is parked; default 20. */
  readonly maxDeliveries?: number;
}

export interface OnFactOptions extends DurableOptions {
  readonly stream: StreamName;
  /** Filters of the consumer; the union over its handlers. */
  readonly filter: string | readonly string[];
}

export interface OnDueOptions extends DurableOptions {
  readonly service: Service;
  /** Subject tail of the alarms' names, `purge.>`; default all of the service. One `@OnDue` a durable. */
  readonly names?: string;
}

/** What the decorators leave for the transport, in Nest's pattern extras. */
export interface HandlerSpec extends DurableOptions {
  readonly kind: 'fact' | 'due' | 'parked';
  readonly stream: StreamName;
  readonly filters: readonly string[];
}

/** A declared kind of fact, whatever its data. */
type Kind = Pick<FactType, 'type'>;
type FactHandler = (received: never) => Promise<Verdict> | Verdict;
type HandlerDecorator<H> = <M extends H>(
  target: object,
  key: string | symbol,
  method: TypedPropertyDescriptor<M>,
) => void;

export const patternOf = (durable: string, what: string): string => `${durable}|${what}`;

function handler(patterns: string[], spec: HandlerSpec) {
  return applyDecorators(EventPattern(patterns, { ...spec }), UseFilters(RethrowToTransport));
}

/** Runs the method for each fact of these types that the durable consumer brings; its verdict decides the rest. */
export function OnFact(
  types: Kind | readonly Kind[],
  { filter, ...options }: OnFactOptions,
): HandlerDecorator<FactHandler> {
  const kinds = [types].flat() as Kind[];
  const filters = [filter].flat() as string[];
  return handler(
    kinds.map(({ type }) => patternOf(options.durable, type)),
    { ...options, kind: 'fact', filters },
  );
}

/** Runs the method for each alarm of the service that fires (at least once each: check whether it still matters). */
export function OnDue({ service, names, ...options }: OnDueOptions): HandlerDecorator<FactHandler> {
  const filter = names ? `due.${service}.${names}` : FILTERS.due(service);
  return handler([patternOf(options.durable, '@due')], {
    ...options,
    kind: 'due',
    stream: 'TIMERS',
    filters: [filter],
  });
}

/**
 * Runs the method before a message of the durable is dead-lettered, to record the failure in the log.
 * If it throws, the message is delivered again later.
 */
export function OnParked(
  options: Pick<DurableOptions, 'durable'> & { stream: StreamName },
): HandlerDecorator<(parked: Parked) => Promise<void>> {
  return handler([patternOf(options.durable, '@parked')], { ...options, kind: 'parked', filters: [] });
}
