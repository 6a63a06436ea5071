import { z } from 'zod';

/** The processes that may write facts. Each subject has exactly one of them as its writer. */
export type Service = 'gateway' | 'quota' | 'generator' | 'notifier' | 'operator';

/** A fact as a decider makes it: what happened, before the log gave it a place. */
export interface Fact<Name extends string = string, Data = unknown> {
  readonly type: Name;
  readonly version: number;
  readonly data: Data;
}

/** Where and why a fact stands in the log. `seq` is the stream sequence, `ts` Unix milliseconds. */
export interface FactMeta {
  readonly id: string;
  readonly stream: string;
  readonly subject: string;
  readonly seq: number;
  readonly ts: number;
  /** Id of the command or fact that caused this one. */
  readonly causeId: string;
  /** The caller's X-Request-Id, for correlation only. */
  readonly requestId?: string;
  /** W3C Trace Context of the append. */
  readonly traceparent?: string;
}

/** A fact read back from the log. */
export type Recorded<F extends Fact = Fact> = F & { readonly meta: FactMeta };

/** A declared kind of fact; called with data it validates and builds one. */
export interface FactType<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  (data: z.input<Schema>): Fact<Name, z.output<Schema>>;
  readonly type: Name;
  readonly version: number;
  readonly writers: readonly Service[];
  readonly schema: Schema;
  is<F extends Fact>(fact: F): fact is F & Fact<Name, z.output<Schema>>;
}

/** The fact that a FactType builds. */
export type FactOf<T> = T extends FactType<infer Name, infer Schema> ? Fact<Name, z.output<Schema>> : never;

/**
 * Declares a kind of fact. A released version's schema is never edited: raise the version and
 * add an upcaster instead.
 */
export function defineFact<const Name extends string, Schema extends z.ZodType>(
  type: Name,
  version: number,
  writers: Service | readonly Service[],
  schema: Schema,
): FactType<Name, Schema> {
  const build = (data: z.input<Schema>) => ({ type, version, data: schema.parse(data) });
  const is = (fact: Fact) => fact.type === type;
  return Object.assign(build, {
    type,
    version,
    writers: typeof writers === 'string' ? [writers] : writers,
    schema,
    is,
  }) as unknown as FactType<Name, Schema>;
}
