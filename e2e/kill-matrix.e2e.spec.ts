import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { photoLike } from '@zoetrope/media/testing';
import { Customer, type Prepared, type Project } from './support/customer.js';
import { Watcher } from './support/events.js';
import { predictionsOf } from './support/renderer.js';
import { startTestSystem, type TestSystem } from './support/system.js';

/**
 * Real: every process. Each one is killed with SIGKILL in mid-generation; the supervisor starts it again as
 * `npm start` would. Afterwards the generation is there once, its predictions were made once, it is charged once.
 */
let system: TestSystem;
let customer: Customer;
let project: Project;
let asset: Prepared;

beforeAll(async () => {
  // A renderer killed in the middle of a creation leaves it unknown whether a prediction began: another is paid for
  // only when that one would have had its time.
  system = await startTestSystem({ GENERATOR_PREDICTION_TIMEOUT_MS: '40000' });
  customer = await Customer.signUp(system, 'pro');
  project = await customer.project();
  const src = await customer.upload(await photoLike({ width: 320, height: 256, seed: 3 }));
  asset = await customer.prepare({ project_id: project.id, src, mode: 'loop', dur_seconds: 2, seed: 1 });
  await ready(1);
}, 120_000);
afterAll(() => system?.end(), 60_000);

const watch = () => new Watcher(`${system.url}/v1/${project.proxy_key}/events/${asset.asset_id}`);

async function ready(generation: number): Promise<void> {
  const watcher = watch();
  await watcher.named('ready', generation, 90_000);
  watcher.stop();
}

const parts = {
  gateway: () => system.services.gateway,
  quota: () => system.services.quota,
  generator: () => system.services.generator,
  notifier: () => system.services.notifier,
  renderer: () => system.services['local-replicate'],
  nats: () => system.servers.nats,
  postgres: () => system.servers.postgres,
};
const moments = ['queued', 'stage_started', 'stage_completed'] as const;
const matrix = Object.keys(parts).flatMap((part) =>
  moments.map((moment) => [part as keyof typeof parts, moment] as const),
);

describe('killed in mid-generation', () => {
  it.each(matrix)(
    '%s at %s: completes once, one prediction a stage, one charge',
    async (part, moment) => {
      const before = await customer.usage();
      const accepted = await customer.regenerate(asset.asset_id, { seed: matrix.length });
      expect([accepted.status, accepted.text]).toEqual([200, expect.any(String)]);
      const generation = accepted.body.generation;
      const watcher = watch();
      await watcher.named(moment, generation);
      await parts[part]()?.kill('SIGKILL');
      await watcher.named('ready', generation, 90_000);
      watcher.stop();
      await parts[part]()?.up();

      const stages = (await predictionsOf(system, asset.asset_id, generation)).map(({ stage }) => stage);
      expect(stages.sort()).toEqual(['stage1', 'stage2']);
      const proxy = await fetch(asset.mp4_url);
      await proxy.arrayBuffer();
      expect([proxy.status, proxy.headers.get('x-zoetrope-generation')]).toEqual([200, String(generation)]);
      expect(await settled(before.used + 1)).toMatchObject({ used: before.used + 1, reserved: 0 });
      expect(await charged(generation)).toMatchObject({ generation, status: 'ready', charged: true });
    },
    150_000,
  );
});

/** The generation as the owner sees it, once its charge has reached the views. */
async function charged(generation: number) {
  for (let round = 0; ; round++) {
    const found = (await customer.detail(asset.asset_id)).generations.find(
      (one) => one.generation === generation,
    );
    if (found?.charged || round === 200) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Usage once the charge has landed: it follows the video and may come a moment after `ready`. */
async function settled(used: number) {
  for (let round = 0; ; round++) {
    const usage = await customer.usage();
    if (usage.used >= used || round === 200) return usage;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
