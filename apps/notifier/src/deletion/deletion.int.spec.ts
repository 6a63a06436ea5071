import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import { CommandId, OwnerId } from '@zoetrope/contracts/ids';
import type { FenceQuestion } from '@zoetrope/contracts/messages';
import { fenceSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { PURGERS, type Purger } from '../purge/purger.js';
import { AssetStory } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { SseReader } from '../testing/sse-reader.js';

// Real: broker, PostgreSQL, leases, the notifier's own application. Not real: the gateway, which is a lease and a
// responder here, and one cache, which counts what it is asked to forget.
let system: NotifierSystem;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  system = await NotifierSystem.start();
  await system.project();
}, 60_000);
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  await system.stopNotifiers();
});
afterAll(() => system.stop());

const deleted = (asset: AssetStory, number = 1) => {
  const who = { assetId: asset.id, projectId: asset.projectId, ownerId: OwnerId.parse('owner-1') };
  const commandId = CommandId.parse(`cmd_${'d'.repeat(32)}`);
  return asset.append(system.logs.gateway, 'request', AssetDeleted({ ...who, commandId, number }));
};
const announced = (asset: AssetStory) =>
  until('it is announced', async () => (await asset.types('video')).includes('GenerationReady'));
const purges = async (asset: AssetStory) =>
  (await asset.facts('video')).filter(({ type }) => type === 'CachesPurged').map(({ data }) => data);

describe('a deleted asset', () => {
  it('is fenced at every gateway, purged from every cache by its tag, and that is told', async () => {
    const asked: FenceQuestion[] = [];
    const { core, leases } = system.logs.gateway;
    const responder = core.respond(fenceSubject('one'), (data) => {
      asked.push(data as FenceQuestion);
      return { confirmed: true };
    });
    const lease = await leases.hold('gateway.one', () => ({ id: 'one', since: 1 }));
    undo.push(
      () => responder.stop(),
      () => lease.release(),
    );
    const { app } = await system.notifier();
    const forgotten: string[] = [];
    const purge: Purger['purge'] = async ({ tag }) => void forgotten.push(tag);
    app.get<Purger[]>(PURGERS, { strict: false }).push({ name: 'counting', tiered: false, purge });
    const asset = new AssetStory(system);
    await asset.generated();
    await announced(asset);
    const seq = await deleted(asset);
    await until('the purge is told', async () => (await purges(asset)).length === 2);
    expect(asked.at(-1)).toEqual({ assetId: asset.id, generation: 2, seq });
    expect(forgotten).toEqual([`asset-${asset.id}`, `asset-${asset.id}`]);
    expect((await purges(asset)).at(-1)).toMatchObject({
      announced: true,
      caches: ['gateway.one', 'counting'],
      unconfirmed: [],
    });
  });

  it('is neither switched to nor announced any more', async () => {
    const asset = new AssetStory(system);
    await asset.asked();
    await asset.queued();
    await asset.stored();
    await asset.switched();
    await deleted(asset);
    await system.notifier();
    await until('the purge is told', async () => (await purges(asset)).length === 1);
    const other = new AssetStory(system);
    await other.generated();
    await announced(other);
    expect(await asset.types('video')).toEqual(['VideoSwitched', 'CachesPurged']);
  });

  it('ends the connections that watch it, and no other', async () => {
    const { port } = await system.notifier();
    const [asset, other] = [new AssetStory(system), new AssetStory(system)];
    for (const one of [asset, other]) {
      await one.asked();
      await one.queued();
    }
    const watching = await SseReader.open(port, `asset/${asset.id}?view=owner`);
    const kept = await SseReader.open(port, `asset/${other.id}?view=owner`);
    await Promise.all([watching.event('queued'), kept.event('queued')]);
    await deleted(asset);
    await watching.ended;
    await other.visionCompleted();
    await kept.event('vision_completed');
    await kept.close();
  });
});
