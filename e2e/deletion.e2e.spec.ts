import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { nextPredictions } from './support/renderer.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/** Real: every process, with grace periods of seconds. Files are looked at on the disk, the log at the broker itself. */
let system: TestSystem;
let customer: Customer;
let project: Project;
let src: string;
const objects = mkdtempSync(path.join(tmpdir(), 'zoetrope-e2e-objects-'));

beforeAll(async () => {
  system = await startTestSystem({
    OBJECTS_DIR: objects,
    GENERATION_GRACE_SECONDS: '1',
    DELETION_GRACE_SECONDS: '3',
  });
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  src = await customer.upload(await photoLike({ width: 256, height: 256, seed: 9 }));
}, 120_000);
afterAll(async () => {
  await system?.end();
  rmSync(objects, { recursive: true, force: true });
}, 60_000);

const prepare = (idem: string) =>
  customer.prepare({ project_id: project.id, src, mode: 'animate-in', dur_seconds: 2, idem });
async function ended(asset: Prepared, name: string, generation: number): Promise<void> {
  const watcher = new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
  await watcher.named(name, generation);
  watcher.stop();
}
async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !(await look()); await delay(50))
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
}
const filesOf = (assetId: string) =>
  readdirSync(path.join(objects, 'data'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(objects, 'data'), path.join(entry.parentPath, entry.name)))
    .filter((file) => file.includes(assetId));
const statusOf = async (asset: Prepared, n: number) =>
  (await customer.call('GET', `/api/assets/${asset.asset_id}/generations/${n}/video`)).status;

describe('collecting older generations', () => {
  it('removes their bytes while others are made, and the URL never misses a byte of the served one', async () => {
    const asset = await prepare('collected');
    await ended(asset, 'ready', 1);
    const seen = new Map<string, string>();
    let watching = true;
    const watch = async () => {
      while (watching) {
        const response = await fetch(asset.mp4_url);
        const bytes = Buffer.from(await response.arrayBuffer());
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        seen.set(
          response.headers.get('x-zoetrope-generation') ?? '',
          `${response.status} ${response.headers.get('etag') === `"${sha256}"`}`,
        );
      }
    };
    const watched = watch();
    for (const n of [2, 3]) {
      await customer.regenerate(asset.asset_id, { seed: n });
      await ended(asset, 'ready', n);
    }
    await until('the older ones are removed', () =>
      filesOf(asset.asset_id).every((file) => !/^(stages\/)?[0-9a-f]{32}\/[12]\//.test(file)),
    );
    watching = false;
    await watched;
    expect(Object.fromEntries(seen)).toEqual({ 1: '200 true', 2: '200 true', 3: '200 true' });
    await until('the views tell it', async () => (await statusOf(asset, 2)) === 410);
    expect([await statusOf(asset, 1), await statusOf(asset, 3)]).toEqual([410, 200]);
  }, 120_000);
});

describe('deleting an asset', () => {
  it('ends what runs, charges it as a cancel, answers 410, and leaves only that it was deleted', async () => {
    const asset = await prepare('deleted');
    await ended(asset, 'ready', 1);
    const before = await customer.usage();
    await nextPredictions(system, { kind: 'slow', ms: 60_000 });
    const { body } = await customer.regenerate(asset.asset_id, { seed: 7 });
    await until('its prediction is recorded', async () => {
      const { generations } = await customer.detail(asset.asset_id);
      const [newest] = generations;
      return Array.isArray(newest?.predictions) && newest.predictions.length > 0;
    });
    const target = `/api/assets/${asset.asset_id}`;
    expect((await customer.call('DELETE', target)).status).toBe(204);
    const answer = await fetch(asset.mp4_url);
    expect([answer.status, await answer.text()]).toEqual([410, '{"error":"asset deleted"}']);
    expect((await customer.call('DELETE', target)).status).toBe(204);
    await until('it is settled', async () => (await customer.usage()).reserved === 0);
    // It was predicted already, and a cancel from then on is charged.
    expect(await customer.usage()).toMatchObject({ used: before.used + 1, reserved: 0 });
    expect(body.generation).toBe(2);
    await until('its files are removed', () => filesOf(asset.asset_id).length === 0);
    // Its copies of the source were under its own name, so nothing of it is left under another.
    const kept = readdirSync(path.join(objects, 'data')).filter((name) => !/^[0-9a-f]{32}$/.test(name));
    expect(kept.sort()).toEqual(['stages', 'uploads']);
    await until('its facts are purged', async () => (await factsOf(asset.asset_id)).length === 2);
    expect(await factsOf(asset.asset_id)).toEqual(['AssetDeleted', 'AssetPurged']);
    expect((await fetch(asset.mp4_url)).status).toBe(410);
    expect(await customer.usage()).toMatchObject({ used: before.used + 1, reserved: 0 });
  }, 120_000);
});

describe('deleting a project', () => {
  it('takes its key and each of its assets', async () => {
    const other = await customer.project('Other');
    const body = { project_id: other.id, src, mode: 'animate-in', dur_seconds: 2 };
    const asset = await customer.prepare(body);
    expect((await customer.call('DELETE', `/api/projects/${other.id}`)).status).toBe(204);
    const answer = await fetch(asset.mp4_url);
    expect([answer.status, await answer.text()]).toEqual([403, '{"error":"unknown project key"}']);
    await until(
      'its asset is purged',
      async () => (await factsOf(asset.asset_id)).join() === 'AssetDeleted,AssetPurged',
    );
    expect(filesOf(asset.asset_id)).toEqual([]);
    expect((await customer.call('GET', '/api/projects')).text).not.toContain(other.id);
  }, 60_000);
});

describe('deleting an account', () => {
  it('takes its session, its projects and each of their assets', async () => {
    const leaver = await Customer.signUp(system, 'pro');
    const theirs = await leaver.project('Leaving');
    const body = { project_id: theirs.id, src, mode: 'animate-in', dur_seconds: 2 };
    const asset = await leaver.prepare(body);
    const { status } = await leaver.call('DELETE', '/api/user/me', { body: { confirm: leaver.email } });
    expect(status).toBe(204);
    expect((await leaver.call('GET', '/api/user/me')).status).toBe(401);
    const answer = await fetch(asset.mp4_url);
    expect([answer.status, await answer.text()]).toEqual([403, '{"error":"unknown project key"}']);
    await until(
      'its asset is purged',
      async () => (await factsOf(asset.asset_id)).join() === 'AssetDeleted,AssetPurged',
    );
    expect(filesOf(asset.asset_id)).toEqual([]);
  }, 60_000);
});

describe('what was deleted', () => {
  it('is the same in read models that are made again from what the log still tells', async () => {
    // Exit code 1, and so a rejection, when a single row differs.
    expect(await system.ops('replay', 'all', '--dry-run', '--json')).toContain('"differences":0');
  }, 60_000);
});

/** The types of all facts that the broker still has of an asset. */
async function factsOf(assetId: string): Promise<string[]> {
  const connection = await connect({ servers: system.natsUrl });
  const manager = await jetstreamManager(connection);
  const consumer = await manager.streams.info('ASSETS', { subjects_filter: `asset.*.${assetId}.*` });
  const types: string[] = [];
  for (const subject of Object.keys(consumer.state.subjects ?? {})
    .sort()
    .reverse()) {
    for (let seq = 1; ; ) {
      const found = await manager.streams.getMessage('ASSETS', { seq, next_by_subj: subject } as never);
      if (!found) break;
      types.push(found.header.get('ce-type').split('.')[1] ?? '');
      seq = found.seq + 1;
    }
  }
  await connection.close();
  return types;
}
