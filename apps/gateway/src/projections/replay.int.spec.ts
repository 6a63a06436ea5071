import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factReader } from '@zoetrope/eventlog/fact-reader';
import { until } from '@zoetrope/eventlog/testing/until';
import type { RunningService } from '@zoetrope/platform/service';
import { PROJECTIONS } from '@zoetrope/projections/all';
import { assetProjection } from '@zoetrope/projections/asset-projection';
import type { RowDifference } from '@zoetrope/projections/compare-tables';
import type { Projection } from '@zoetrope/projections/projection';
import { Rebuild, type RebuildOptions } from '@zoetrope/projections/rebuild';
import { DataSource } from 'typeorm';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { bytesOf, Pipeline } from '../testing/pipeline.js';

/** Real: two copies of the gateway under traffic, NATS, PostgreSQL. By hand: what the other services would append. */
let gateway: GatewayUnderTest;
let second: RunningService;
let pipeline: Pipeline;
let database: DataSource;
beforeAll(async () => {
  const limits = { RATE_PREPARE: '1000000', RATE_REGENERATE: '1000000', RATE_OTHER: '1000000' };
  gateway = await GatewayUnderTest.start(limits);
  [second, pipeline] = await Promise.all([gateway.copy(), Pipeline.beside(gateway)]);
  database = new DataSource({ type: 'postgres', url: gateway.postgres.url });
  await database.initialize();
});
afterAll(async () => {
  await database?.destroy();
  await pipeline?.stop();
  await second?.stop();
  await gateway?.stop();
});

const begin = (projection: Projection, more: Partial<RebuildOptions> = {}) =>
  Rebuild.begin({ database, log: factReader(gateway.service.log), projection, ...more });

/** Makes a projection again from the whole log. @returns what differs from the live rows */
const compared = async (projection: Projection): Promise<RowDifference[]> => {
  const rebuild = await begin(projection);
  const differences: RowDifference[] = [];
  try {
    await rebuild.fill();
    const { rows } = await rebuild.compare((difference) => differences.push(difference));
    expect(rows).toBeGreaterThan(0);
    return differences;
  } finally {
    await rebuild.end();
  }
};

const swapped = async (projection: Projection): Promise<string> => {
  const rebuild = await begin(projection);
  try {
    await rebuild.fill();
    const { differences } = await rebuild.compare(() => undefined);
    expect(differences).toBe(0);
    return await rebuild.swap(new Date());
  } finally {
    await rebuild.end();
  }
};

interface Shop {
  readonly name: string;
  readonly cookie: string;
  readonly project_id: string;
}

/** Customers who make assets at one copy and look at them at the other, until told to stop. */
const traffic = async (customers: number) => {
  const stop = new AbortController();
  const ports = [gateway.service.port, second.port] as const;
  const seen: string[] = [];
  const wrong: unknown[] = [];
  const life = async ({ name, cookie, project_id }: Shop, n: number) => {
    const [here, there] = n % 2 === 0 ? ports : [ports[1], ports[0]];
    const body = { project_id, src: `https://ex.com/${name}-${n}.png` };
    const { asset_id: id } = (await gateway.call('/api/v1/prepare', { cookie, body, port: here })).json;
    const look = async () => (await gateway.call(`/api/assets/${id}`, { cookie, port: there })).json;
    const told = [(await look()).asset];
    await pipeline.make(id, 1, bytesOf(id, 100));
    told.push((await look()).asset);
    await gateway.call(`/api/assets/${id}/regenerate`, { cookie, body: {}, port: here });
    const last = await look();
    told.push(last.asset);
    const got = told.map((asset) => [asset?.status, asset?.generation, asset?.generation_count]);
    const should = [
      ['pending', 0, 1],
      ['ready', 1, 1],
      ['pending', 1, 2],
    ];
    if (JSON.stringify(got) !== JSON.stringify(should) || last.generations.length !== 2)
      wrong.push({ id, got });
    seen.push(id);
  };
  const customer = async (shop: Shop) => {
    for (let n = 0; !stop.signal.aborted; n++) await life(shop, n);
  };
  const shops: Shop[] = [];
  for (let c = 0; c < customers; c++) {
    const { cookie } = await gateway.person('team'); // with a month that lasts for the test
    shops.push({ name: `c${c}`, cookie, project_id: await gateway.project(cookie) });
  }
  const all = shops.map(customer);
  return {
    seen,
    stop: async () => {
      stop.abort();
      await Promise.all(all);
      return wrong;
    },
  };
};

const positions = async (): Promise<Record<string, number>> => {
  const rows = await database.query('SELECT stream, position FROM views.projection_position');
  return Object.fromEntries(
    rows.map((row: { stream: string; position: string }) => [row.stream, Number(row.position)]),
  );
};

const caughtUp = () =>
  until('the views hold the whole log', async () => {
    const at = await positions();
    const ends = await Promise.all(
      PROJECTIONS.map(({ stream }) => gateway.service.log.lastStreamSeq(stream)),
    );
    return PROJECTIONS.every(({ stream }, index) => at[stream] === ends[index]);
  });

describe('a replay', () => {
  it('takes the live tables’ place under traffic, and both copies go on projecting and answering rightly', async () => {
    const busy = await traffic(6);
    await until('there is something to make again', () => busy.seen.length > 10);
    const kept: string[] = [];
    for (let round = 0; round < 2; round++) for (const each of PROJECTIONS) kept.push(await swapped(each));
    const before = busy.seen.length;
    await until('the traffic went on', () => busy.seen.length > before + 10);
    expect(await busy.stop()).toEqual([]);
    await caughtUp();
    // What gateways made of the log through six swaps is what a fold of the whole log makes of it.
    for (const each of PROJECTIONS) expect(await compared(each)).toEqual([]);
    const schemas = await database.query(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'views\\_%' ORDER BY 1`,
    );
    expect(schemas.map(({ name }: { name: string }) => name)).toEqual(kept.sort());
  }, 120_000);

  it('a transaction that has begun to project is waited for, and one that comes later finds what it read or begins anew', async () => {
    const rebuild = await begin(assetProjection);
    const runner = database.createQueryRunner();
    await runner.connect();
    try {
      await rebuild.fill();
      await runner.startTransaction();
      await runner.query(`UPDATE views.projection_position SET position = position WHERE stream = 'ASSETS'`);
      let over = false;
      const swapping = rebuild.swap(new Date()).then(() => {
        over = true;
      });
      await until('the swap waits', async () => {
        const waiting = await database.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND query LIKE 'LOCK TABLE views.projection_position%'`);
        return waiting.length > 0;
      });
      expect(over).toBe(false);
      await runner.query(`UPDATE views.asset SET error = error`);
      await runner.commitTransaction();
      await swapping;
    } finally {
      await runner.release();
      await rebuild.end();
    }
    expect(await compared(assetProjection)).toEqual([]);
  });

  it('lets readers pass while one of them holds the tables, and swaps when it has gone', async () => {
    const rebuild = await begin(assetProjection);
    const reader = database.createQueryRunner();
    await reader.connect();
    try {
      await rebuild.fill();
      await reader.startTransaction('REPEATABLE READ');
      await reader.query('SELECT count(*) FROM views.asset');
      const swapping = rebuild.swap(new Date());
      await until('the swap has come to the tables', async () => {
        const waiting = await database.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND query LIKE 'DO $swap$%'`);
        return waiting.length > 0;
      });
      // Queues behind the swap's request, until that gives up for a moment.
      await database.query('SELECT count(*) FROM views.asset');
      await reader.commitTransaction();
      expect(await swapping).toMatch(/^views_before_assets_\d{17}$/);
    } finally {
      await reader.release();
      await rebuild.end();
    }
  });

  it('names each row that is not what the log says, and leaves the live tables alone', async () => {
    const [{ id }] = await database.query('SELECT id FROM views.asset ORDER BY id LIMIT 1');
    const [gone] = await database.query(
      'SELECT asset_id, number FROM views.generation ORDER BY 1 DESC LIMIT 1',
    );
    await database.query(`UPDATE views.asset SET error = 'spoilt' WHERE id = $1`, [id]);
    await database.query('DELETE FROM views.generation WHERE asset_id = $1 AND number = $2', [
      gone.asset_id,
      gone.number,
    ]);
    const differences = await compared(assetProjection);
    expect(differences).toEqual([
      expect.objectContaining({
        table: 'asset',
        key: [id],
        live: expect.objectContaining({ error: 'spoilt' }),
      }),
      expect.objectContaining({ table: 'generation', key: [gone.asset_id, gone.number], live: undefined }),
    ]);
    const rebuild = await begin(assetProjection);
    await rebuild.fill();
    await rebuild.swap(new Date());
    await rebuild.end();
    expect(await compared(assetProjection)).toEqual([]);
  });

  it('is refused while another one runs, and where the live tables are of another version, also from in between', async () => {
    const first = await begin(assetProjection);
    await expect(begin(assetProjection)).rejects.toThrow(/another replay of assets is running/);
    await first.fill();
    await database.query('ALTER TABLE views.delivery ADD COLUMN of_a_newer_version text');
    await expect(first.swap(new Date())).rejects.toThrow(/other columns/);
    await first.end();
    await expect(begin(assetProjection)).rejects.toThrow(/other columns.*delivery.of_a_newer_version/);
    await database.query('ALTER TABLE views.delivery DROP COLUMN of_a_newer_version');
    expect(await compared(assetProjection)).toEqual([]);
  });

  it('clears away what one that died left', async () => {
    await database.query('CREATE SCHEMA views_replay_assets; CREATE TABLE views_replay_assets.asset (x int)');
    expect(await compared(assetProjection)).toEqual([]);
    expect(await database.query(`SELECT 1 FROM pg_namespace WHERE nspname LIKE 'views\\_replay%'`)).toEqual(
      [],
    );
  });
});
