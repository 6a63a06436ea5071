import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseTraceparent } from '@zoetrope/eventlog/traceparent';
import { photoLike } from '@zoetrope/media/testing';
import { AllSecrets } from './support/all-secrets.js';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { AFTER_TWO_GENERATIONS, SERVICES } from './support/figures.js';
import { OtlpReceiver } from './support/otlp-receiver.js';
import { declaredIn, deployedExpressions, sampleOf, seriesOf } from './support/promql.js';
import { startTestSystem, type TestSystem } from './support/system.js';
import { factsOf, linesOf, readLog } from './support/told.js';

/** Real: every process. A collector, a webhook receiver and Fastly's API are servers of the test. */
const OPERATORS_SECRETS = {
  METRICS_TOKEN: 'metrics-token-of-the-test',
  FASTLY_API_TOKEN: 'fastly-token-of-the-test',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20otlp-token-of-the-test',
};

let collector: OtlpReceiver;
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;
let secrets: AllSecrets;
let src: string;
let requestId: string;
let traceId: string;
const outside = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200).end('{}'));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  const elsewhere = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  collector = await OtlpReceiver.start();
  system = await startTestSystem({
    ...OPERATORS_SECRETS,
    LOG_LEVEL: 'trace',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    FASTLY_SERVICE_ID: 'service-of-the-test',
    FASTLY_API_URL: elsewhere,
  });
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  secrets = new AllSecrets(system, customer, project);
  const hook = { webhook_url: `${elsewhere}/hook`, webhooks_enabled: true };
  const put = await customer.call('PUT', `/api/projects/${project.id}/webhooks`, { body: hook });
  secrets.note('webhook secret', put.body.webhook_secret);
  src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 6 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 });
  await announced(1);
  const loop = await customer.regenerate(
    asset.asset_id,
    { mode: 'loop' },
    { 'x-request-id': 'watched-request' },
  );
  requestId = loop.body.request_id;
  const events = await announced(2, (name) => name === 'webhook_delivered');
  expect(events).toContain('ready');
  const route = 'POST /api/assets/:id/regenerate';
  await collector.until('span of the call', () => collector.spans.some(({ name }) => name === route));
  traceId = collector.spans.find(({ name }) => name === route)?.traceId ?? '';
}, 180_000);
afterAll(async () => {
  outside.close();
  outside.closeAllConnections();
  await system?.end();
  collector?.stop();
}, 60_000);

/** Waits for `ready` of a generation, or for what `last` names; gives the names of all that came. */
async function announced(
  generation: number,
  last = (name: string): boolean => name === 'ready',
): Promise<string[]> {
  const url = `${system.url}/api/assets/${asset.asset_id}/events`;
  const watcher = new Watcher(url, { cookie: customer.session() });
  await watcher.until(
    ({ name, data }) => last(name) && data.generation === generation,
    `end of ${generation}`,
  );
  watcher.stop();
  return watcher.seen.map(({ name }) => name);
}

async function ask(service: (typeof SERVICES)[number], address: string): Promise<Response> {
  const { port } = await system.services[service].up();
  const headers = { authorization: `Bearer ${OPERATORS_SECRETS.METRICS_TOKEN}` };
  return fetch(`http://127.0.0.1:${port}${address}`, { headers });
}
const metricsOf = async (service: (typeof SERVICES)[number]) => (await ask(service, '/metrics')).text();
const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);

describe('one regenerate', () => {
  it('is one connected trace from the call through every fact to the purge and the webhook', async () => {
    const facts = await factsOf(system, asset.asset_id, 2);
    const types = facts.map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(['Mp4Stored', 'GenerationCharged', 'WebhookDelivered']));
    const last = ['append WebhookDelivered', 'append GenerationCharged', 'append GenerationReady'];
    await collector.until('end of the trace', () => {
      const spans = ofTrace();
      const ids = new Set(spans.map(({ spanId }) => spanId));
      const whole = spans.every(({ parentSpanId }) => !parentSpanId || ids.has(parentSpanId));
      return whole && last.every((name) => spans.some((span) => span.name === name));
    });
    const spans = new Map(ofTrace().map((span) => [span.spanId, span]));
    const roots = [...spans.values()].filter(({ parentSpanId }) => !parentSpanId);
    expect(roots.map(({ name, service }) => [name, service])).toEqual([
      ['POST /api/assets/:id/regenerate', 'gateway'],
    ]);
    for (const { type, meta } of facts) {
      const { traceId: own, spanId = '' } = parseTraceparent(meta.traceparent) ?? {};
      expect([type, own, spans.get(spanId)?.name]).toEqual([type, traceId, `append ${type}`]);
    }
    const names = [...spans.values()].map(({ name }) => name);
    for (const name of [
      'fence',
      'answer fence',
      'purge fastly',
      'webhook POST',
      'provider POST models predictions',
    ])
      expect(names).toContain(name);
    expect(new Set([...spans.values()].map(({ service }) => service))).toEqual(new Set(SERVICES));
    expect([...collector.credentials]).toEqual(['Bearer otlp-token-of-the-test']);
  }, 90_000);

  it('leaves log lines with its request and its asset in every service', () => {
    for (const service of SERVICES) {
      const lines = linesOf(system, `${service}.log`);
      const own = lines.filter((line) => line.requestId === requestId && line.assetId === asset.asset_id);
      expect([service, own.length > 0]).toEqual([service, true]);
      expect(own.every((line) => line.traceId === traceId && line.service === service)).toBe(true);
    }
  });
});

describe('the figures', () => {
  it('count what has happened, on every service', async () => {
    const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
    await watcher.named('ready', 2);
    const told = await Promise.all(SERVICES.map(metricsOf));
    watcher.stop();
    for (const [service, name, labels, value] of AFTER_TWO_GENERATIONS) {
      const metrics = told[SERVICES.indexOf(service)] ?? '';
      expect([name, labels, sampleOf(metrics, name, labels)]).toEqual([name, labels, value]);
    }
    // A tiered cache is purged twice.
    const purges = sampleOf(told[3] ?? '', 'zoetrope_purge_seconds_count', { outcome: 'confirmed' });
    expect(purges).toBeGreaterThanOrEqual(4);
  });

  it('say the health of every service, and nothing to whoever has no token', async () => {
    for (const service of SERVICES) {
      for (const address of ['/health/live', '/health/ready'])
        expect([service, address, (await ask(service, address)).status]).toEqual([service, address, 200]);
      expect(sampleOf(await metricsOf(service), 'zoetrope_dependency_up', { dependency: 'nats' })).toBe(1);
    }
    expect((await fetch(`${system.url}/metrics`)).status).toBe(401);
  });

  it('have every name that the dashboard and the alerts ask for', async () => {
    const told = (await Promise.all(SERVICES.map(metricsOf))).map(declaredIn);
    // `up` is Prometheus' own.
    const known = new Set(['up', ...told.flatMap((names) => [...names])]);
    const asked = deployedExpressions();
    expect(asked.length).toBeGreaterThan(40);
    for (const expression of asked)
      for (const name of seriesOf(expression))
        expect([expression, known.has(name)]).toEqual([expression, true]);
  });
});

describe('no secret', () => {
  it('is in any log, figure or span', async () => {
    await secrets.drive(src);
    const { secretKey, internalToken, webhookSecret, rendererToken } = system.secrets;
    const ours = { secretKey, internalToken, webhookSecret, rendererToken, ...OPERATORS_SECRETS };
    for (const [name, secret] of Object.entries(ours)) secrets.note(name, secret);
    secrets.note('OTLP token', 'otlp-token-of-the-test');
    expect(secrets.seen.size).toBeGreaterThan(20);
    const route = 'POST /api/user/password/reset';
    await collector.until('span of the last call', () => collector.spans.some(({ name }) => name === route));
    const metrics = await Promise.all(SERVICES.map(metricsOf));
    const logs = readdirSync(path.join(system.dataDir, 'logs'));
    expect(logs).toEqual(expect.arrayContaining(SERVICES.map((service) => `${service}.log`)));
    const told: [string, string][] = [
      ...logs.map((file): [string, string] => [file, readLog(system, file)]),
      ['metrics', metrics.join('\n')],
      ['spans', collector.bodies.join('\n')],
    ];
    const leaks = told.flatMap(([where, text]) =>
      [...secrets.seen].filter(([, secret]) => text.includes(secret)).map(([what]) => `${what} in ${where}`),
    );
    expect(leaks).toEqual([]);
    for (const [where, text] of told) expect([where, text.length > 0]).toEqual([where, true]);
  }, 60_000);
});
