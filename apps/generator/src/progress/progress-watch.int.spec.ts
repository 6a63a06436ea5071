import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProgressReport } from '@zoetrope/contracts/events';
import { GenerationQueued } from '@zoetrope/contracts/facts/generation';
import { AssetId, CommandId, OwnerId, Period, ProjectId } from '@zoetrope/contracts/ids';
import { progressSubject } from '@zoetrope/contracts/subjects';
import { unheardOf } from '@zoetrope/domain/generation';
import type { EventLog, Subscription } from '@zoetrope/eventlog/event-log';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { until } from '@zoetrope/eventlog/testing/until';
import { parseConfig } from '@zoetrope/platform/config';
import { generatorConfig } from '../config.js';
import { Provider } from '../provider/provider.js';
import { ProgressWatch } from './progress-watch.js';

/** Real: broker and HTTP. The provider's server answers what a test wants; the clock can be moved. */
const assetId = AssetId.parse('ab'.repeat(16));
const { data: queued } = GenerationQueued({
  assetId,
  projectId: ProjectId.parse(`prj_${'0'.repeat(20)}`),
  ownerId: OwnerId.parse('owner'),
  period: Period.parse('2026-11'),
  generation: 1,
  requestSeq: 1,
  commandId: CommandId.parse(`cmd_${'0'.repeat(32)}`),
  latest: { generation: 1, requestSeq: 1 },
  resolved: { motion: 'medium', mode: 'loop', dur_seconds: 4, aspect: 'preserve', seed_asked: null, seed: 1 },
  src: 'https://e.com/a.png',
  plan: 'pro',
  model: 'seedance',
  overage: false,
});
const generation = { ...unheardOf(1), queued };

let server: LogServer;
let log: EventLog;
let replicate: Server;
let answer: { status: string; logs?: string };
let asked: string[];
let reports: ProgressReport[];
let listening: Subscription;
let watch: ProgressWatch;
let later = 0;

beforeAll(async () => {
  server = await LogServer.start();
  log = await server.connect('generator');
  replicate = createServer((request, response) => {
    asked.push(request.url ?? '');
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id: 'p', ...answer }));
  });
  await new Promise<void>((resolve) => replicate.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  replicate?.close();
  await server?.stop();
});
beforeEach(() => {
  [asked, reports, later] = [[], [], 0];
  listening = log.core.subscribe(progressSubject(assetId), (data) =>
    reports.push(ProgressReport.parse(data)),
  );
  const url = `http://127.0.0.1:${(replicate.address() as AddressInfo).port}`;
  const env = { PUBLIC_URL: url, REPLICATE_BASE_URL: `${url}/v1`, REPLICATE_API_TOKEN: 't' };
  const provider = new Provider(parseConfig(generatorConfig, env));
  watch = new ProgressWatch(log, { now: () => Date.now() + later }, provider);
});
afterEach(() => {
  watch.onApplicationShutdown();
  listening.stop();
});

describe('a watched prediction', () => {
  it('is reported while it runs and rings at its end', async () => {
    answer = { status: 'processing', logs: ' 42%|████' };
    const rung: string[] = [];
    watch.watch(generation, 'single', 1, 'p1', async () => void rung.push('p1'));
    await until('a report', () => reports.length > 0);
    expect(reports[0]).toMatchObject({ assetId, generation: 1, stage: 'single', attempt: 1, progress: 0.42 });
    expect(rung).toEqual([]);
    answer = { status: 'succeeded', logs: '100%|████' };
    await until('it rings', () => rung.length > 0);
    expect(reports.every(({ progress }) => progress < 1)).toBe(true);
    expect(asked.every((path) => path === '/v1/predictions/p1')).toBe(true);
  });

  it('is one of 32 at most, and not asked after any more once its five minutes are over', async () => {
    answer = { status: 'starting' };
    for (let i = 0; i < 40; i++) watch.watch(generation, 'single', 1, `p${i}`);
    await until('all are asked after', () => asked.length >= 32);
    expect(new Set(asked).size).toBe(32);
    later = 301_000;
    const before = asked.length;
    // Offered all the time, it puts no look off, and finds a place when the others are given up.
    await until('a fresh one is asked after', () => {
      watch.watch(generation, 'single', 1, 'fresh');
      return asked.includes('/v1/predictions/fresh');
    });
    const others = asked.filter((path) => path !== '/v1/predictions/fresh');
    expect(others.length).toBeLessThanOrEqual(before + 32);
  });
});
