import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@zoetrope/embedded/free-port';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { Launcher } from './support/launcher.js';

/**
 * Real: everything, started by `npm start` with its durable settings. All processes (launcher, services, NATS,
 * PostgreSQL, renderer, what they run) get SIGKILL together in mid-generation; then `npm start` again.
 */
let dataDir: string;
let port: number;
let launcher: Launcher;
let customer: Customer;
let project: Project;
let asset: Prepared;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'zoetrope-tree-'));
  port = await freePort();
  launcher = await Launcher.start(dataDir, port);
  customer = await Customer.signUp(launcher, 'pro');
  project = await customer.project('Before the crash');
  const src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 9 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'loop', dur_seconds: 2, seed: 1 });
  await until('ready', 1);
}, 180_000);
afterAll(async () => {
  await launcher?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);

async function until(name: string, generation: number): Promise<void> {
  const watcher = new Watcher(`${launcher.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);
  await watcher.named(name, generation, 90_000).finally(() => watcher.stop());
}

/** What the asset's URL streams. */
async function served() {
  const response = await fetch(asset.mp4_url);
  const hash = createHash('sha256')
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest('hex');
  return { status: response.status, generation: response.headers.get('x-zoetrope-generation'), hash };
}

/** Usage and charges follow the video into the views a moment after `ready`. */
async function settled(used: number) {
  for (let round = 0; ; round++) {
    const usage = await customer.usage();
    const { generations } = await customer.detail(asset.asset_id);
    const charged = generations.filter((one) => one.charged).map((one) => one.generation);
    if ((usage.used >= used && charged.length >= used) || round === 400)
      return { used: usage.used, reserved: usage.reserved, charged: charged.sort() };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the whole tree killed at once', () => {
  it.each([
    ['queued', 2],
    ['stage_started', 3],
    ['stage_completed', 4],
  ])(
    'at %s: the next start finishes the generation and has lost nothing',
    async (moment, generation) => {
      const before = await served();
      expect(before).toMatchObject({ status: 200, generation: String(generation - 1) });
      const accepted = await customer.regenerate(asset.asset_id, { seed: generation });
      expect([accepted.status, accepted.body.generation]).toEqual([200, generation]);
      await until(moment, generation);
      expect(await launcher.killAll()).toBeGreaterThanOrEqual(8);
      await expect(fetch(`${launcher.url}/api/user/me`)).rejects.toThrow();

      launcher = await Launcher.start(dataDir, port);
      await until('ready', generation);
      const after = await served();
      expect(after).toMatchObject({ status: 200, generation: String(generation) });
      expect(after.hash).not.toBe(before.hash);
      // The session, the project and every generation with its charge are there, once.
      const all = Array.from({ length: generation }, (_, index) => index + 1);
      expect(await settled(generation)).toEqual({ used: generation, reserved: 0, charged: all });
      const { body } = await customer.call<Project>('GET', `/api/projects/${project.id}`);
      expect(body).toMatchObject({ id: project.id, proxy_key: project.proxy_key });
    },
    180_000,
  );
});
