import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact, Service } from '@zoetrope/contracts/fact';
import { AssetPurged } from '@zoetrope/contracts/facts/collection';
import { ProjectCreated, ProjectDeleted, ProjectPurged } from '@zoetrope/contracts/facts/tenant';
import { ProjectId, ProxyKey } from '@zoetrope/contracts/ids';
import { assetSubject, endpointSubject, ledgerSubject, projectSubject } from '@zoetrope/contracts/subjects';
import { type PostgresServer, startPostgres } from '@zoetrope/embedded/postgres';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { factReader } from '@zoetrope/eventlog/fact-reader';
import { LogServer } from '@zoetrope/eventlog/testing/log-server';
import { until } from '@zoetrope/eventlog/testing/until';
import { assetProjection } from '@zoetrope/projections/asset-projection';
import { chargeProjection } from '@zoetrope/projections/charge-projection';
import { projectProjection } from '@zoetrope/projections/project-projection';
import type { Projection } from '@zoetrope/projections/projection';
import { PositionMoved, Projector } from '@zoetrope/projections/projector';
import {
  assetId,
  deliveryStory,
  OWNER,
  PERIOD,
  PROJECT,
  projectCreated,
  sha,
  story,
} from '@zoetrope/projections/testing/facts';
import { createCurrentViews } from '@zoetrope/projections/views-41';
import { DataSource } from 'typeorm';
import { openDatabase } from '../database/open-database.js';
import { Positions } from './positions.js';

/** Real: NATS, PostgreSQL. */
let server: LogServer;
let postgres: PostgresServer;
let folder: string;
let database: DataSource;
const logs = new Map<Service, EventLog>();
const logOf = (service: Service) => logs.get(service) as EventLog;
const KEY = ProxyKey.parse(`pk_${'k'.repeat(24)}`);
const ALL = [assetProjection, chargeProjection, projectProjection];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'zoetrope-views-'));
  [server, postgres] = await Promise.all([
    LogServer.start(),
    startPostgres({ dataDir: path.join(folder, 'postgres'), fast: true }),
  ]);
  for (const service of ['gateway', 'generator', 'notifier', 'quota'] as const) {
    logs.set(service, await server.connect(service));
  }
  database = await openDatabase(postgres.url);
});
afterAll(async () => {
  await database?.destroy();
  await server?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
const append = async (service: Service, subject: string, fact: Fact) => {
  const appended = await logOf(service).append(subject, fact, { cause: { id: `test-${++count}` } });
  return appended.kind === 'appended' ? appended.seq : 0;
};

/** Tells one asset's whole story: made, made again, failed, refused. @returns the last sequence of ASSETS */
const tell = async (n: number): Promise<number> => {
  const id = assetId(n);
  const of = story(id);
  const [request, generation, video] = (['request', 'generation', 'video'] as const).map((part) =>
    assetSubject(id, part),
  ) as [string, string, string];
  const first = await append('gateway', request, of.prepared());
  await append('generator', generation, of.queued(1, first));
  await append('generator', generation, of.vision(1, first, `a \u0000 prompt ${n}`));
  await append('generator', generation, of.stored(1, first));
  await append('quota', ledgerSubject(OWNER, PERIOD), of.charged(1, first));
  await append('notifier', video, of.switched(1, first));
  await append('notifier', video, of.ready(1, first));
  const second = await append('gateway', request, of.regenerate(2, { dur_seconds: 6 }));
  await append('generator', generation, of.queued(2, second, { dur_seconds: 6 }));
  await append('generator', generation, of.failed(2, second));
  const third = await append('gateway', request, of.regenerate(3));
  return append('generator', generation, of.refused(3, third));
};

/** Whether the views hold the stream's last fact, by its id: a position of another log would have its number too. */
const isCaughtUp = async (projection: Projection, schema: string) => {
  const { stream } = projection;
  const { lastSeq } = await logOf('gateway').streamInfo(stream);
  const last = await logOf('gateway').get(stream, lastSeq);
  const [row] = await database.query(
    `SELECT last_fact_id FROM ${schema}.projection_position WHERE stream = $1`,
    [stream],
  );
  return last !== undefined && row?.last_fact_id === last.meta.id;
};

/** Runs projectors until they hold everything, then stops them. */
const project = async (projections: readonly Projection[], schema = 'views') => {
  const log = factReader(logOf('gateway'));
  await Promise.all(
    projections.map(async (projection) => {
      const stop = new AbortController();
      const running = new Projector({ database, log, projection, schema }).run(stop.signal);
      await until(`${schema} holds ${projection.stream}`, () => isCaughtUp(projection, schema));
      stop.abort();
      await running;
    }),
  );
};

type Lived = (life: ReturnType<typeof deliveryStory>) => Fact[];
const TABLES = ['asset', 'generation', 'charge', 'project', 'delivery', 'endpoint_delivery'] as const;
const rowsOf = async (schema: string) => {
  const all: Record<string, unknown> = {};
  for (const table of TABLES) {
    const rows = await database.query(
      `SELECT to_jsonb(t) AS row FROM ${schema}.${table} t ORDER BY to_jsonb(t)::text`,
    );
    all[table] = rows.map(({ row }: { row: unknown }) => row);
  }
  return all as Record<(typeof TABLES)[number], Record<string, unknown>[]>;
};

describe('the views', () => {
  it('hold what the log told, text that PostgreSQL cannot hold included', async () => {
    await append('gateway', projectSubject(PROJECT), projectCreated());
    await tell(1);
    await project(ALL);
    const rows = await rowsOf('views');
    expect(rows.asset).toMatchObject([
      {
        status: 'ready',
        error: 'i2v_failed: no',
        dur_seconds: 6,
        generation_count: 2,
        video: { generation: 1, sha256: sha(1) },
      },
    ]);
    expect(rows.generation.map(({ number, status }) => [number, status])).toEqual(
      expect.arrayContaining([
        [1, 'ready'],
        [2, 'failed'],
        [3, 'refused'],
      ]),
    );
    expect(rows.generation.find(({ number }) => number === 1)?.vision_prompt).toBe('a \ufffd prompt 1');
    expect(rows.charge).toMatchObject([{ generation: 1, state: 'charged', owner_id: OWNER, period: PERIOD }]);
    expect(rows.project).toMatchObject([{ id: PROJECT, project: { name: 'Shop' }, deleted: false }]);
  });

  it('tell what became of each webhook delivery, also of those about no asset', async () => {
    const lives: [of: Lived, status: string][] = [
      [({ dispatched, delivered }) => [dispatched(), delivered()], 'delivered'],
      [({ dispatched, failed }) => [dispatched(), failed(1, 1_800_000_000_000)], 'failed'],
      [({ dispatched, failed, dead }) => [dispatched(6), failed(6), dead(6)], 'dead_letter'],
      [({ held }) => [held()], 'held'],
      [({ held, replayed }) => [held(), replayed(0)], 'pending'],
    ];
    for (const [n, [lived]] of lives.entries())
      for (const [number, id, subject] of [
        [n, assetId(1), assetSubject(assetId(1), 'delivery')],
        [n + 50, undefined, endpointSubject(PROJECT)],
      ] as const)
        for (const fact of lived(deliveryStory(number + 1, id))) await append('notifier', subject, fact);
    await project(ALL);
    const rows = await rowsOf('views');
    const expected = lives.map(([, status]) => status);
    for (const table of ['delivery', 'endpoint_delivery'] as const)
      expect(rows[table].map(({ status }) => status)).toEqual(expected);
    expect(rows.delivery[1]).toMatchObject({ next_attempt_at: 1_800_000_000_000, response_body: 'oh no' });
    expect(rows.endpoint_delivery[0]).toMatchObject({ asset_id: null, generation: null, source_seq: 51 });
  });

  it('rebuilt beside the live ones are the same', async () => {
    for (let n = 2; n <= 8; n++) await tell(n);
    await append('gateway', assetSubject(assetId(3), 'request'), story(assetId(3)).deleted(3));
    await project(ALL);
    for (const statement of createCurrentViews('views_rebuilt')) await database.query(statement);
    await project(ALL, 'views_rebuilt');
    const [live, rebuilt] = [await rowsOf('views'), await rowsOf('views_rebuilt')];
    expect(rebuilt).toEqual(live);
    expect(live.asset).toHaveLength(8);
    expect(live.generation.filter(({ asset_id }) => asset_id === assetId(3))).toEqual([]);
    await database.query('DROP SCHEMA views_rebuilt CASCADE');
  });

  it('rebuilt after a purge are the same: of an asset and a project only their deletion is left in the log', async () => {
    const gone = { projectId: ProjectId.parse(`prj_${'9'.repeat(20)}`), ownerId: OWNER };
    await append(
      'gateway',
      projectSubject(gone.projectId),
      ProjectCreated({ ...gone, name: 'Gone', proxyKey: KEY }),
    );
    const late = deliveryStory(90, undefined, gone.projectId);
    await append('notifier', endpointSubject(gone.projectId), late.dispatched());
    await append('gateway', projectSubject(gone.projectId), ProjectDeleted(gone));
    // What was under way at a deletion ends after it.
    await append('notifier', endpointSubject(gone.projectId), late.delivered());
    const ended = deliveryStory(91, assetId(3)).delivered();
    await append('notifier', assetSubject(assetId(3), 'delivery'), ended);
    await project(ALL);
    const who = { assetId: assetId(3), projectId: PROJECT, ownerId: OWNER };
    for (const part of ['generation', 'video', 'delivery'] as const)
      await logOf('generator').purge(assetSubject(who.assetId, part));
    await logOf('generator').purge(assetSubject(who.assetId, 'request'), { keep: 1 });
    const purged = AssetPurged({ ...who, latest: null, objects: 3 });
    await append('generator', assetSubject(who.assetId, 'generation'), purged);
    await logOf('gateway').purge(endpointSubject(gone.projectId));
    await logOf('gateway').purge(projectSubject(gone.projectId), { keep: 1 });
    await append('gateway', projectSubject(gone.projectId), ProjectPurged(gone));
    await project(ALL);
    for (const statement of createCurrentViews('views_rebuilt')) await database.query(statement);
    await project(ALL, 'views_rebuilt');
    const [live, rebuilt] = [await rowsOf('views'), await rowsOf('views_rebuilt')];
    expect(rebuilt).toEqual(live);
    expect(live.asset.find(({ id }) => id === assetId(3))).toMatchObject({ deleted: true, src_url: '' });
    expect(live.charge.some(({ asset_id }) => asset_id === assetId(3))).toBe(true);
    expect(live.project).toHaveLength(1);
  });

  it('count each fact once with two projectors at work', async () => {
    const log = factReader(logOf('gateway'));
    const stop = new AbortController();
    const endings: unknown[] = [];
    const keep = async () => {
      while (!stop.signal.aborted) {
        const projector = new Projector({ database, log, projection: assetProjection });
        await projector.run(stop.signal).catch((error) => {
          if (!(error instanceof PositionMoved)) throw error;
          endings.push(error);
        });
      }
    };
    const both = [keep(), keep()];
    let last = 0;
    for (let n = 20; n < 26; n++) last = await tell(n);
    const positions = new Positions(database);
    positions.onApplicationBootstrap();
    expect(await positions.waitForPosition('ASSETS', last, 10_000)).toBe(true);
    stop.abort();
    await Promise.all(both);
    await positions.onModuleDestroy();
    const rows = (await rowsOf('views')).asset.filter(({ id }) => Number.parseInt(String(id), 16) >= 20);
    expect(rows.map(({ generation_count }) => generation_count)).toEqual(Array(6).fill(2));
  });

  it('start over when the log is not the one they were made from', async () => {
    const before = await rowsOf('views');
    await database.query(
      `UPDATE views.projection_position SET last_fact_id = 'of another log' WHERE stream = 'ASSETS'`,
    );
    await database.query(`UPDATE views.asset SET error = 'stale' WHERE id = $1`, [assetId(1)]);
    await project([assetProjection]);
    expect(await rowsOf('views')).toEqual(before);
  });

  it('a wait for what never comes ends in time', async () => {
    const positions = new Positions(database);
    positions.onApplicationBootstrap();
    expect(await positions.waitForPosition('ASSETS', 10_000_000, 50)).toBe(false);
    await positions.onModuleDestroy();
  });
});
