import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort } from '@zoetrope/embedded/free-port';
import { type NatsServer, startNats } from '@zoetrope/embedded/nats';
import { type PostgresServer, startPostgres } from '@zoetrope/embedded/postgres';
import { type System, startSystem } from '@zoetrope/embedded/system';
import { photoLike } from '@zoetrope/media/testing';
import pg from 'pg';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { readFrames } from './support/frames.js';
import { predictionsOf } from './support/renderer.js';
import type { TestSystem } from './support/system.js';

/**
 * What docs/operations-backup.md says, done: every process real, NATS and PostgreSQL outside of the launcher as in
 * production. Backed up while it runs; then more happens; then the objects, the secrets and the log are lost or newer
 * than the backup, and the backup is put back.
 */
const folder = mkdtempSync(path.join(tmpdir(), 'zoetrope-backup-'));
const at = (name: string) => path.join(folder, name);
const root = path.resolve(import.meta.dirname, '..');
let nats: NatsServer;
let postgres: PostgresServer;
let system: System;
let port: number;

const start = (): Promise<System> =>
  startSystem({
    dataDir: at('data'),
    port,
    backoffMs: () => 200,
    env: { ...process.env, LOG_LEVEL: 'warn', NATS_URL: nats.url, DATABASE_URL: postgres.url },
  });

async function ops(...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    ...{ NATS_URL: nats.url, DATABASE_URL: postgres.url, OBJECTS_DIR: at('data/objects') },
  };
  const entry = path.join(root, 'apps/operator/dist/main.js');
  return (await promisify(execFile)(process.execPath, [entry, ...args], { env })).stdout;
}

beforeAll(async () => {
  port = await freePort();
  nats = await startNats({ dataDir: at('nats'), sync: 'default' });
  postgres = await startPostgres({ dataDir: at('postgres'), fast: true });
  system = await start();
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await Promise.all([postgres?.stop(), nats?.stop()]);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const asTest = (): TestSystem => ({ ...system, ops, end: () => system.stop() });
const ready = async (project: Project, asset: Prepared, generation: number) => {
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
  await watcher.named('ready', generation, 90_000);
  watcher.stop();
};
async function served(asset: Prepared): Promise<{ generation: string | null; sha256: string }> {
  const response = await fetch(asset.mp4_url);
  const sha256 = createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
  return { generation: response.headers.get('x-zoetrope-generation'), sha256 };
}
const rows = async (text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const found = await client.query(text);
  await client.end();
  return found.rows;
};
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; !(await look()); await delay(50))
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
}

it('what was backed up while it ran is served, counted and listed again, and who remembers more is told', async () => {
  const customer = await Customer.signUp(asTest(), 'pro');
  const project = await customer.project();
  const src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 9 }));
  const body = { project_id: project.id, src, mode: 'animate-in', dur_seconds: 2 };
  const asset = await customer.prepare(body);
  await ready(project, asset, 1);
  const then = { video: await served(asset), month: await customer.usage() };

  const said = await ops('backup', at('backup'));
  expect(said).toMatch(/ASSETS: \d+ messages/);

  // Lost by the restore: a generation, an account; and the views are ahead of the log that comes back.
  await customer.regenerate(asset.asset_id, { seed: 2 });
  await ready(project, asset, 2);
  const later = await Customer.signUp(asTest(), 'free');
  const address = `/v1/${project.proxy_key}/events/${asset.asset_id}`;
  const isReady = (frames: { event?: string }[]) => frames.some(({ event }) => event === 'ready');
  const told = await readFrames(system.url + address, { until: isReady });
  const cursor = told.frames.filter(({ id }) => id).at(-1)?.id ?? '';
  const before = await predictionsOf(asTest(), asset.asset_id, 1);

  await system.stop();
  rmSync(at('data/objects'), { recursive: true });
  await expect(ops('restore', at('backup'))).rejects.toThrow('--yes');
  await ops('restore', at('backup'), '--yes');
  system = await start();

  expect(await served(asset)).toEqual(then.video);
  expect(existsSync(at('data/objects/data'))).toBe(true);
  expect(await customer.usage()).toEqual(then.month);
  expect((await later.call('GET', '/api/user/me')).status).toBe(401);
  await until('the views are made again from the log that is there', async () => {
    const assets = await rows('SELECT ready_generation, generation_count FROM views.asset');
    const generations = await rows('SELECT number FROM views.generation');
    return (
      JSON.stringify([assets, generations]) ===
      '[[{"ready_generation":1,"generation_count":1}],[{"number":1}]]'
    );
  });

  // A client from before the restore is told that its place is gone, then what is.
  const again = await readFrames(system.url + address, {
    until: isReady,
    headers: { 'last-event-id': cursor },
  });
  const [first, ...rest] = again.frames.filter(({ event }) => event);
  expect(first?.event).toBe('reset');
  expect(rest.every(({ data }) => (data as { generation: number }).generation === 1)).toBe(true);

  // Life goes on from there, and nothing of what was done before is done again.
  const { body: accepted } = await customer.regenerate(asset.asset_id, { seed: 3 });
  expect(accepted.generation).toBe(2);
  await ready(project, asset, 2);
  expect((await served(asset)).generation).toBe('2');
  expect(await predictionsOf(asTest(), asset.asset_id, 1)).toEqual(before);
  await until('the views follow the log that is there', async () => {
    const [row] = await rows('SELECT ready_generation FROM views.asset');
    return row?.ready_generation === 2;
  });
  // The log has grown past that place since: it is still the place of another log.
  const late = { until: isReady, headers: { 'last-event-id': cursor } };
  const { frames } = await readFrames(system.url + address, late);
  expect(frames.find(({ event }) => event)?.event).toBe('reset');
}, 300_000);
