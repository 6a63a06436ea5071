import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { FenceQuestion } from '@zoetrope/contracts/messages';
import { LEASE_MS } from '@zoetrope/contracts/streams';
import { fenceSubject } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { AssetStory } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { Switchover } from './switchover.js';

// Real: broker, PostgreSQL, leases, the notifier's own application. Not real: the gateway, which is a lease and a
// responder here, and its projector, which moves the position only.
const ALL = ['VideoSwitched', 'CachesPurged', 'GenerationReady'];

describe('fence, switch, purge, announce', () => {
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

  /** A gateway that holds a lease and answers the fence by `answer`. */
  const gateway = async (id: string, answer: (question: FenceQuestion) => boolean) => {
    const { core, leases } = system.logs.gateway;
    const responder = core.respond(fenceSubject(id), (data) => ({
      confirmed: answer(data as FenceQuestion),
    }));
    const lease = await leases.hold(`gateway.${id}`, () => ({ id, since: 1 }));
    undo.push(
      () => responder.stop(),
      () => lease.release(),
    );
    return lease;
  };
  const announced = (asset: AssetStory, generation = 1) =>
    until(`generation ${generation} is announced`, async () =>
      (await asset.facts('video')).find(
        ({ type, data }) =>
          type === 'GenerationReady' && (data as { generation: number }).generation === generation,
      ),
    );

  it('announces only after every gateway confirmed, and names what was purged', async () => {
    const asked: FenceQuestion[] = [];
    await gateway('one', (question) => asked.push(question) > 0);
    await system.notifier();
    const asset = new AssetStory(system);
    const requestSeq = await asset.asked();
    await asset.queued();
    await asset.stored();
    const ready = await announced(asset);
    expect(await asset.types('video')).toEqual(ALL);
    expect(asked).toEqual([{ assetId: asset.id, generation: 1, seq: requestSeq }]);
    const [switched, purged] = await asset.facts('video');
    expect(purged?.data).toMatchObject({ caches: ['gateway.one'], unconfirmed: [] });
    expect(ready.data).toMatchObject({ unconfirmed: [], sha256: asset.video(1).sha256 });
    expect(switched?.meta.requestId).toBe('req-1');
  });

  it('does not switch while a gateway that is alive has not confirmed', async () => {
    let confirms = false;
    const asked = Promise.withResolvers<void>();
    let refusals = 0;
    await gateway('late', () => {
      if (!confirms && ++refusals === 5) asked.resolve();
      return confirms;
    });
    await system.notifier();
    const asset = new AssetStory(system);
    await asset.generated();
    await asked.promise;
    expect(await asset.types('video')).toEqual([]);
    confirms = true;
    expect((await announced(asset)).data).toMatchObject({ unconfirmed: [] });
  });

  it('waits for the lease of a gateway that died, and then does not name it', async () => {
    const raw = await connect({ servers: system.nats.url });
    undo.push(() => raw.close());
    // What a killed gateway leaves behind: a key that nobody rewrites.
    await raw.request('$KV.leases.gateway.dead', JSON.stringify({ id: 'dead', since: 1 }));
    const written = Date.now();
    await system.notifier();
    const asset = new AssetStory(system);
    await asset.generated();
    expect((await announced(asset)).data).toMatchObject({ unconfirmed: [] });
    const [switched] = await asset.facts('video');
    expect(Number(switched?.meta.ts) - written).toBeGreaterThan(LEASE_MS - 1_000);
  });

  it('names a gateway that lives and never confirms', async () => {
    await gateway('mute', () => false);
    await system.notifier({ fenceMs: 300 });
    const asset = new AssetStory(system);
    await asset.generated();
    expect((await announced(asset)).data).toMatchObject({ unconfirmed: ['gateway.mute'] });
  });

  it('names PostgreSQL when its views do not have the switch in time', async () => {
    await system.stopProjecting();
    undo.push(() => system.project());
    await system.notifier({ purgeMs: 200 });
    const asset = new AssetStory(system);
    await asset.generated();
    expect((await announced(asset)).data).toMatchObject({ unconfirmed: ['views'] });
  });

  it('does nothing when the stored video is told again', async () => {
    const { app } = await system.notifier();
    const asset = new AssetStory(system);
    await asset.generated();
    await announced(asset);
    await app.get(Switchover, { strict: false }).bringUpTo(asset.id, 1);
    expect(await asset.types('video')).toEqual(ALL);
  });

  it('goes on where a copy died between switch and announcement', async () => {
    const asset = new AssetStory(system);
    await asset.generated();
    await asset.switched();
    await system.notifier();
    await announced(asset);
    expect(await asset.types('video')).toEqual(ALL);
  });

  it('lets two copies do the same at once, and announces once', async () => {
    await gateway('one', () => true);
    const copies = await Promise.all([system.notifier(), system.notifier()]);
    const asset = new AssetStory(system);
    await asset.asked();
    await asset.queued();
    await asset.stored();
    await Promise.all(copies.map(({ app }) => app.get(Switchover, { strict: false }).bringUpTo(asset.id, 1)));
    expect(await asset.types('video')).toEqual(ALL);
  });

  it('serves generations in order, a second apart for Last-Modified, and never backwards', async () => {
    const asset = new AssetStory(system);
    await asset.generated(1);
    await asset.generated(2);
    await system.notifier();
    await announced(asset, 2);
    const { app } = await system.notifier();
    await app.get(Switchover, { strict: false }).bringUpTo(asset.id, 1);
    const facts = await asset.facts('video');
    const generations = facts.map(({ data }) => (data as { generation: number }).generation);
    expect(generations).toEqual([1, 1, 1, 2, 2, 2]);
    const [first, , , second] = facts.map(({ data }) => (data as { switchedAt: number }).switchedAt);
    expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(1_000);
  });

  it('leaves a cancelled generation alone', async () => {
    await system.notifier();
    const asset = new AssetStory(system);
    await asset.asked(1);
    await asset.queued(1);
    await asset.cancelled(1);
    await asset.stored(1);
    await asset.generated(2);
    await announced(asset, 2);
    const generations = (await asset.facts('video')).map(
      ({ data }) => (data as { generation: number }).generation,
    );
    expect(generations).toEqual([2, 2, 2]);
  });
});
