import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { currentContext, runInContext } from './context.js';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

export type { Attributes } from '@opentelemetry/api';

export interface SpanOptions {
  /** Default: internal. */
  readonly kind?: keyof typeof SpanKind;
  /** Ids and closed sets of words only: no address with a query, no text of a user or a provider. */
  readonly attributes?: Attributes;
  /**
   * The trace it belongs to. Where the running work belongs to another one, the span goes on under this parent and links to
   * what runs; else it stands under what runs.
   */
  readonly traceparent?: string;
}

/** A span that has begun. */
export interface OpenSpan {
  /** The context of what is done inside. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** @param error what ended it: its class is told, never its words, which may quote anybody */
  end(error?: unknown): void;
}

let tracer: Tracer | undefined;

/**
 * Where the spans of this process go from now on; undefined: nowhere. Not the API's global provider, into which
 * libraries of others write what they like.
 */
export function traceWith(given: Tracer | undefined): void {
  tracer = given;
}

/** Begins a span, or nothing but its context while nobody traces. Whoever begins it ends it. */
export function openSpan(
  name: string,
  { kind = 'INTERNAL', attributes, traceparent }: SpanOptions = {},
): OpenSpan {
  const { parent, links } = placeOf(traceparent);
  if (!tracer) return { traceparent: parent, set: () => {}, end: () => {} };
  const span = tracer.startSpan(name, { kind: SpanKind[kind], attributes, links }, contextOf(parent));
  return { traceparent: traceparentOf(span), set: (more) => span.setAttributes(more), end: ending(span) };
}

/** Runs `work` inside a span, which ends with it. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Pick<OpenSpan, 'set'>) => Promise<T> | T,
): Promise<T> {
  const span = openSpan(name, options);
  let error: unknown;
  try {
    return await runInContext({ traceparent: span.traceparent }, () => work(span));
  } catch (thrown) {
    error = thrown ?? new Error('nothing thrown');
    throw thrown;
  } finally {
    span.end(error);
  }
}

function placeOf(given: string | undefined): { parent: string | undefined; links?: Link[] } {
  const running = currentContext().traceparent;
  const [wanted, present] = [parseTraceparent(given), parseTraceparent(running)];
  if (!wanted || wanted.traceId === present?.traceId) return { parent: running };
  return { parent: given, links: present && [{ context: spanContextOf(present) }] };
}

const spanContextOf = ({
  traceId,
  spanId,
  sampled,
}: NonNullable<ReturnType<typeof parseTraceparent>>): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
});

function contextOf(parent: string | undefined): Context {
  const known = parseTraceparent(parent);
  return known ? trace.setSpanContext(ROOT_CONTEXT, spanContextOf(known)) : ROOT_CONTEXT;
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
}

const ending = (span: Span) => (error?: unknown) => {
  if (error !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
  }
  span.end();
};
