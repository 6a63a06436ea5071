import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { currentContext, runInContext } from './context.js';
import { parseTraceparent } from './traceparent.js';
import { inSpan, openSpan, traceWith } from './tracing.js';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const traceparent = (trace: string, span: string) => `00-${trace.repeat(32)}-${span.repeat(16)}-01`;
const finished = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

beforeEach(() => {
  exporter.reset();
  traceWith(provider.getTracer('test'));
});
afterAll(async () => {
  traceWith(undefined);
  await provider.shutdown();
});

describe('a span', () => {
  it('stands under what runs, and what runs inside stands under it', async () => {
    await runInContext({ traceparent: traceparent('a', 'b') }, () =>
      inSpan('outer', { kind: 'SERVER' }, () => inSpan('inner', {}, () => 1)),
    );
    const [outer, inner] = [finished('outer'), finished('inner')];
    expect(outer?.spanContext().traceId).toBe('a'.repeat(32));
    expect(outer?.parentSpanContext?.spanId).toBe('b'.repeat(16));
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it('goes on in the trace it is told to belong to, and links to what runs', async () => {
    await runInContext({ traceparent: traceparent('a', 'b') }, () =>
      inSpan('elsewhere', { traceparent: traceparent('c', 'd') }, () => 1),
    );
    const span = finished('elsewhere');
    expect(span?.spanContext().traceId).toBe('c'.repeat(32));
    expect(span?.parentSpanContext?.spanId).toBe('d'.repeat(16));
    expect(span?.links.map(({ context }) => context.traceId)).toEqual(['a'.repeat(32)]);
  });

  it('of the same trace stands under what runs, not beside it', async () => {
    await runInContext({ traceparent: traceparent('a', 'b') }, () =>
      inSpan('here', { traceparent: traceparent('a', 'd') }, () => 1),
    );
    expect(finished('here')?.parentSpanContext?.spanId).toBe('b'.repeat(16));
    expect(finished('here')?.links).toEqual([]);
  });

  it('tells the class of what ended it, never its words', async () => {
    const failing = inSpan('failing', {}, () => {
      throw new RangeError('whsec_of-somebody');
    });
    await expect(failing).rejects.toThrow('whsec_of-somebody');
    const { attributes, status, events } = finished('failing') ?? {};
    expect(attributes).toEqual({ 'error.type': 'RangeError' });
    expect(JSON.stringify({ status, events })).not.toContain('whsec_');
  });

  it('begins a trace where there is none, also for what is no traceparent', async () => {
    const seen = await runInContext({ traceparent: 'rubbish' }, () =>
      inSpan('root', {}, () => currentContext().traceparent),
    );
    expect(finished('root')?.parentSpanContext).toBeUndefined();
    expect(parseTraceparent(seen)?.spanId).toBe(finished('root')?.spanContext().spanId);
  });

  it('that is not sampled leaves a trace that nobody else samples either', async () => {
    const off = new TracerProvider({ sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) });
    traceWith(off.getTracer('test'));
    const seen = await inSpan('unseen', {}, () => currentContext().traceparent);
    expect(parseTraceparent(seen)).toMatchObject({ sampled: false });
    await off.shutdown();
  });
});

describe('while nobody traces', () => {
  it('the trace goes on all the same', async () => {
    traceWith(undefined);
    const parent = traceparent('a', 'b');
    const seen = await runInContext({ traceparent: parent }, () =>
      inSpan('x', {}, () => currentContext().traceparent),
    );
    expect(seen).toBe(parent);
    expect(openSpan('y', { traceparent: traceparent('c', 'd') }).traceparent).toBe(traceparent('c', 'd'));
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});
