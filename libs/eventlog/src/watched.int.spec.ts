import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { GenerationReleased } from '@zoetrope/contracts/facts/ledger';
import { CommandId, ProjectId } from '@zoetrope/contracts/ids';
import { runInContext } from './context.js';
import type { EventLog } from './event-log.js';
import type { AppendSeen, DeliverySeen } from './observer.js';
import { handlerApp } from './testing/handler-app.js';
import { controllerOf } from './testing/handler-suite.js';
import { LogServer } from './testing/log-server.js';
import { assetNamed, cancelOf, requestSubject } from './testing/sample-facts.js';
import { until } from './testing/until.js';
import { parseTraceparent } from './traceparent.js';
import { traceWith } from './tracing.js';
import { done, park, retryIn } from './verdict.js';

/** Real: the broker, appends, deliveries. Spans end in memory. */
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const appends: AppendSeen[] = [];
const deliveries: DeliverySeen[] = [];
const apps: INestApplication[] = [];
let server: LogServer;
let log: EventLog;
let quota: EventLog;

beforeAll(async () => {
  server = await LogServer.start();
  const observer = {
    appended: (seen: AppendSeen) => void appends.push(seen),
    delivered: (seen: DeliverySeen) => void deliveries.push(seen),
  };
  log = await server.connect('gateway', { observer });
  quota = await server.connect('quota', { observer });
  traceWith(provider.getTracer('test'));
});
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));
afterAll(async () => {
  traceWith(undefined);
  await provider.shutdown();
  await server?.stop();
});

const releasedOf = (n: number) =>
  GenerationReleased({
    commandId: CommandId.parse(`cmd_${String(n).padStart(32, '0')}`),
    assetId: assetNamed('batch'),
    projectId: ProjectId.parse(`prj_${'0'.repeat(20)}`),
    generation: n,
    requestSeq: 1,
    reason: 'failed',
  });
const run = async (controller: Type) => {
  const { app, transport } = await handlerApp(log, [controller]);
  apps.push(app);
  return transport;
};
const spans = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
const ofDurable = (durable: string) => deliveries.filter((seen) => seen.durable === durable);

describe('an append', () => {
  it('is told with its outcome: stored once, already there, in conflict', async () => {
    const subject = requestSubject('told');
    const append = (id: string) => log.append(subject, cancelOf('told'), { expect: 0, cause: { id } });
    await append('a');
    await append('a');
    await append('b');
    expect(appends.splice(0).map(({ outcome, stream, fact }) => [outcome, stream, fact.type])).toEqual([
      ['stored', 'ASSETS', 'GenerationCancelRequested'],
      ['already', 'ASSETS', 'GenerationCancelRequested'],
      ['conflict', 'ASSETS', 'GenerationCancelRequested'],
    ]);
  });

  it('that is refused is told as failed', async () => {
    const wrong = { ...cancelOf('refused'), data: {} };
    await expect(log.append(requestSubject('refused'), wrong, { cause: { id: 'x' } })).rejects.toThrow();
    expect(appends.splice(0).map(({ outcome }) => outcome)).toEqual(['failed']);
  });

  it('of a batch is told fact by fact, each in its own trace', async () => {
    const trace = (digit: string) => `00-${digit.repeat(32)}-${'e'.repeat(16)}-01`;
    const entries = [1, 2].map((n) => ({
      fact: releasedOf(n),
      cause: { id: `batch-${n}`, requestId: `req-${n}`, traceparent: trace(String(n)) },
    }));
    const subject = 'quota.batch.2026-11';
    await runInContext({ requestId: 'another', traceparent: trace('9') }, () =>
      quota.appendAll(subject, entries, 0),
    );
    expect(appends.splice(0).map(({ outcome, fact }) => [outcome, fact])).toEqual(
      entries.map(({ fact }) => ['stored', fact]),
    );
    const stored = await quota.read(subject);
    expect(stored.map(({ meta }) => [meta.requestId, parseTraceparent(meta.traceparent)?.traceId])).toEqual([
      ['req-1', '1'.repeat(32)],
      ['req-2', '2'.repeat(32)],
    ]);
  });
});

describe('a delivery', () => {
  it('stands in the trace of its fact, and what it appends stands under it', async () => {
    await run(
      controllerOf('w-chain', ['w-chain'], async ({ fact }) => {
        await log.append(requestSubject('w-next'), cancelOf('w-next'), { cause: { id: fact.meta.id } });
        return done;
      }),
    );
    exporter.reset();
    await log.append(requestSubject('w-chain'), cancelOf('w-chain'), { cause: { id: 'chain' } });
    await until('the delivery ended', () => ofDurable('w-chain').length > 0);
    const [first, next] = spans('append GenerationCancelRequested');
    const [handled] = spans('w-chain GenerationCancelRequested');
    expect(handled?.parentSpanContext?.spanId).toBe(first?.spanContext().spanId);
    expect(next?.parentSpanContext?.spanId).toBe(handled?.spanContext().spanId);
    expect(new Set([first, handled, next].map((span) => span?.spanContext().traceId)).size).toBe(1);
    const fact = await log.last(requestSubject('w-next'));
    expect(parseTraceparent(fact?.meta.traceparent)?.spanId).toBe(next?.spanContext().spanId);
  });

  it('is told with how it ended and, the first time, how long its message had waited', async () => {
    await log.append(requestSubject('w-ends'), cancelOf('w-ends'), { cause: { id: 'ends' } });
    const transport = await run(
      controllerOf('w-ends', ['w-ends'], ({ deliveryCount }) =>
        deliveryCount < 2 ? retryIn(10) : park('hopeless'),
      ),
    );
    await until('it was parked', () => ofDurable('w-ends').length === 2);
    const [first, second] = ofDurable('w-ends');
    expect([first?.outcome, second?.outcome]).toEqual(['given-back', 'parked']);
    expect(first?.waitedSeconds).toBeGreaterThanOrEqual(0);
    expect(second?.waitedSeconds).toBeUndefined();
    await until('nothing waits', async () => {
      const [backlog] = await transport.backlogs();
      return backlog?.pending === 0 && backlog.unacknowledged === 0;
    });
  });

  it('waits in a backlog until somebody takes it', async () => {
    const gate = Promise.withResolvers<void>();
    const handle = () => gate.promise.then(() => done);
    const transport = await run(controllerOf('w-backlog', ['w-backlog'], handle, { concurrency: 1 }));
    for (let n = 1; n <= 9; n++)
      await log.append(requestSubject('w-backlog'), cancelOf('w-backlog', n), { cause: { id: `b${n}` } });
    await until('all nine are counted', async () => {
      const [backlog] = await transport.backlogs();
      return backlog?.durable === 'w-backlog' && backlog.pending + backlog.unacknowledged === 9;
    });
    gate.resolve();
  });
});
