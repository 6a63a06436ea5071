import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ProjectCreated, ProxyKeyRotated } from '@zoetrope/contracts/facts/tenant';
import { CommandId, OwnerId, ProxyKey } from '@zoetrope/contracts/ids';
import { endpointSubject, projectSubject, purgeAlarm } from '@zoetrope/contracts/subjects';
import { until } from '@zoetrope/eventlog/testing/until';
import { AssetStory, newProjectId } from '../testing/asset-story.js';
import { NotifierSystem } from '../testing/notifier-system.js';
import { CacheAlarms } from './cache-alarms.js';
import { PURGERS, type Purger, type PurgeTarget } from './purger.js';

// Real: broker with its scheduled messages, PostgreSQL, the notifier's own application. Not real: the caches, which
// are in this process and confirm when the test says so, and the alarms' waits, which are short.
let system: NotifierSystem;
beforeAll(async () => {
  system = await NotifierSystem.start();
  await system.project();
}, 60_000);
afterEach(() => system.stopNotifiers());
afterAll(() => system.stop());

/** A cache that confirms only while it is up; it remembers what it was asked to forget. */
class Cache implements Purger {
  readonly tiered = false;
  readonly asked: PurgeTarget[] = [];
  isUp = true;
  constructor(readonly name: string) {}
  async purge(target: PurgeTarget): Promise<void> {
    if (!this.isUp) throw new Error('away');
    this.asked.push(target);
  }
}

const withCaches = async (...caches: Cache[]) => {
  const { app } = await system.notifier({ purgeMs: 100 });
  app.get<Purger[]>(PURGERS, { strict: false }).push(...caches);
  return app;
};
const purges = async (asset: AssetStory) =>
  (await asset.facts('video')).filter(({ type }) => type === 'CachesPurged').map(({ data }) => data);
const announced = (asset: AssetStory) =>
  until('it is announced', async () =>
    (await asset.facts('video')).find(({ type }) => type === 'GenerationReady'),
  );

describe('a cache that did not confirm', () => {
  it('is named in the announcement and pursued until it does, alone', async () => {
    const [well, away] = [new Cache('well'), new Cache('away')];
    away.isUp = false;
    const app = await withCaches(well, away);
    const asset = new AssetStory(system);
    await asset.generated();
    expect((await announced(asset))?.data).toMatchObject({ unconfirmed: ['away'] });
    away.isUp = true;
    await app.get(CacheAlarms, { strict: false }).pursueAsset(asset.id, 0); // now, not in five seconds
    await system.logs.notifier.alarms.ring('notifier', purgeAlarm(asset.id), {
      kind: 'pursue',
      assetId: asset.id,
    });
    await until('it is told', async () => (await purges(asset)).length === 2);
    expect((await purges(asset))[1]).toMatchObject({ announced: true, caches: ['away'], unconfirmed: [] });
    expect(well.asked).toHaveLength(1);
    expect(away.asked.map(({ tag }) => tag)).toEqual([`asset-${asset.id}`]);
  });

  it('is asked again by an alarm of its own, which the announcement leaves behind', async () => {
    const away = new Cache('away');
    away.isUp = false;
    await withCaches(away);
    const asset = new AssetStory(system);
    await asset.generated();
    await announced(asset);
    away.isUp = true;
    await until('it is told', async () => (await purges(asset)).length === 2, 20_000);
    expect(away.asked).toHaveLength(1);
  });
});

describe('a purge that is asked for', () => {
  const again = (asset: AssetStory, id: string) => {
    const commandId = CommandId.parse(`cmd_${id.repeat(32)}`);
    const due = { kind: 'again', assetId: asset.id, projectId: asset.projectId, commandId };
    return system.logs.notifier.alarms.ring('notifier', purgeAlarm(asset.id), due);
  };

  it('asks every cache, and tells once however often its message comes', async () => {
    const cache = new Cache('one');
    await withCaches(cache);
    const asset = new AssetStory(system);
    await asset.generated();
    await announced(asset);
    await again(asset, 'a');
    await again(asset, 'a');
    await again(asset, 'b');
    await until('both are told', async () => (await purges(asset)).length === 3);
    expect(cache.asked.length).toBeGreaterThanOrEqual(3);
    expect((await purges(asset)).slice(1)).toEqual([
      expect.objectContaining({ announced: true, caches: ['one'], unconfirmed: [] }),
      expect.objectContaining({ announced: true, caches: ['one'], unconfirmed: [] }),
    ]);
  });

  it('forgets posters of an asset without a video, and has nothing to tell of one', async () => {
    const cache = new Cache('one');
    await withCaches(cache);
    const asset = new AssetStory(system);
    await asset.asked();
    await again(asset, 'a');
    await until('it was asked', async () => cache.asked.length === 1);
    expect(await asset.facts('video')).toEqual([]);
  });
});

describe('a project whose keys change', () => {
  it('is purged whole, under every key it had, now and when the overlap ends', async () => {
    const cache = new Cache('one');
    await withCaches(cache);
    const projectId = newProjectId();
    const who = { projectId, ownerId: OwnerId.parse('owner-1') };
    const append = async (fact: ReturnType<typeof ProjectCreated> | ReturnType<typeof ProxyKeyRotated>) => {
      const subject = projectSubject(projectId);
      const expect = await system.logs.gateway.lastSeq(subject);
      await system.logs.gateway.append(subject, fact, { expect, cause: { id: `${fact.type}-${projectId}` } });
    };
    const [first, second] = ['a', 'b'].map((letter) => ProxyKey.parse(`pk_${letter.repeat(24)}`));
    if (!first || !second) throw new Error('no keys');
    await append(ProjectCreated({ ...who, name: 'Shop', proxyKey: first }));
    const asset = new AssetStory(system, projectId);
    await asset.generated();
    await system.database.query('insert into views.asset values ($1, $2)', [asset.id, projectId]);
    await announced(asset);
    await append(ProxyKeyRotated({ ...who, proxyKey: second, overlapUntil: Date.now() + 500 }));
    const told = async () =>
      (await system.logs.notifier.readCurrent(endpointSubject(projectId))).map(({ data }) => data);
    await until('both purges are told', async () => (await told()).length === 2);
    expect(await told()).toEqual([
      { projectId, caches: ['one'], unconfirmed: [] },
      { projectId, caches: ['one'], unconfirmed: [] },
    ]);
    const purged = cache.asked.filter(({ tag }) => tag === `project-${projectId}`);
    expect(purged).toHaveLength(2);
    const urls = (await purged[0]?.urls()) ?? [];
    expect(urls).toHaveLength(4);
    for (const key of [first, second]) {
      expect(urls.filter((url) => url.startsWith(`https://z.example/v1/${key}/`))).toHaveLength(2);
    }
  });
});
