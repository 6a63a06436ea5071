import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { GenerationCollected } from '@zoetrope/contracts/facts/collection';
import type { CollectionDue } from '@zoetrope/contracts/messages';
import { collectionAlarm, timerSubject } from '@zoetrope/contracts/subjects';
import { brokerOf } from '@zoetrope/eventlog/broker';
import { until } from '@zoetrope/eventlog/testing/until';
import { CollectedAsset, CollectionSystem } from '../testing/collection-system.js';

let system: CollectionSystem;
beforeAll(async () => {
  system = await CollectionSystem.start();
});
afterEach(() => system.stopCopies());
afterAll(() => system.stop());

const isGone = async (key: string) => (await system.objects.head(key)) === undefined;
const gone = (...keys: string[]) =>
  until(`${keys} are removed`, async () => (await Promise.all(keys.map(isGone))).every(Boolean));
/** The alarm goes off now, as if its time had come. */
const ring = (due: CollectionDue) =>
  system.logs.generator.alarms.ring(
    'generator',
    collectionAlarm(due.assetId, `${due.kind}-${due.generation}`),
    due,
  );
/** Whether a durable alarm stands under the name. */
const isSet = async (assetId: string, what: string) => {
  const { streams } = brokerOf(system.logs.generator).manager;
  const subject = timerSubject('generator', collectionAlarm(assetId, what));
  return (await streams.getMessage('TIMERS', { last_by_subj: subject })) ?? undefined;
};

describe('collecting generations that were superseded', () => {
  it('tells it, removes their bytes and work after the grace period, and leaves the served one', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.made(2);
    await system.copy();
    await gone(asset.video(1), asset.work(1));
    expect(await asset.collected()).toEqual([1]);
    expect(await isGone(asset.video(2))).toBe(false);
    expect((await asset.facts('generation')).at(-1)?.data).toMatchObject({
      generation: 1,
      latest: { generation: 2 },
    });
  });

  it('removes nothing before the grace period is over', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.made(2);
    await system.copy(3_600);
    await until('the alarm is set', async () => isSet(asset.id, 'superseded-2'));
    expect([await asset.collected(), await isGone(asset.video(1))]).toEqual([[], false]);
  });

  it('goes on with the objects where a copy died after the fact, and tells it once', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    const seq = await asset.made(2);
    const told = { ...asset.who, generation: 1, latest: null };
    await asset.append('generator', 'generation', GenerationCollected(told));
    await system.copy(3_600);
    await ring({ kind: 'superseded', assetId: asset.id, generation: 2 as never, seq });
    await gone(asset.video(1));
    expect(await asset.collected()).toEqual([1]);
  });

  it('takes nothing that is served, whatever the alarm names', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    const seq = await asset.made(2);
    await asset.asked(3);
    await asset.queued(3);
    await asset.wrote(3);
    await asset.stored(3);
    await system.copy(3_600);
    await ring({ kind: 'superseded', assetId: asset.id, generation: 3 as never, seq });
    await gone(asset.video(1));
    expect([await isGone(asset.video(2)), await isGone(asset.video(3))]).toEqual([false, false]);
    expect(await asset.collected()).toEqual([1]);
  });

  it('never removes what is served while generations follow each other, by two copies', async () => {
    const asset = new CollectedAsset(system);
    await Promise.all([system.copy(), system.copy()]);
    for (let number = 1; number <= 25; number++) {
      const seq = await asset.made(number);
      const due = { kind: 'superseded', assetId: asset.id, generation: number as never, seq } as const;
      // As if the grace period were none, twice, and with an alarm that names a generation to come.
      await Promise.all([ring(due), ring(due), ring({ ...due, generation: (number + 1) as never })]);
      expect(await isGone(asset.video(number))).toBe(false);
    }
    await until('the older ones are removed', async () => {
      const left = await asset.objects();
      return left.length === 2 && left.includes(asset.video(25));
    });
    const collected = await asset.collected();
    expect([...new Set(collected)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 24 }, (_, n) => n + 1),
    );
  });
});

describe('collecting what a generation worked with', () => {
  it('sets an alarm when the generation ends, which removes the work and leaves the video', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await system.copy(3_600);
    await until('the alarm is set', async () => isSet(asset.id, 'work-1'));
    const stored = (await asset.facts('generation')).find(({ type }) => type === 'Mp4Stored');
    await ring({ kind: 'work', assetId: asset.id, generation: 1 as never, seq: stored?.meta.seq ?? 0 });
    await gone(asset.work(1));
    expect(await isGone(asset.video(1))).toBe(false);
  });

  it('removes a video too whose generation failed after it was written', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.asked(2);
    await asset.queued(2);
    await asset.wrote(2);
    const seq = await asset.failed(2);
    await system.copy(3_600);
    await ring({ kind: 'work', assetId: asset.id, generation: 2 as never, seq });
    await gone(asset.work(2), asset.video(2));
    expect([await isGone(asset.video(1)), await asset.collected()]).toEqual([false, []]);
  });
});

describe('purging a deleted asset', () => {
  const purged = (asset: CollectedAsset) =>
    until('the purge is told', async () => (await asset.types('generation')).includes('AssetPurged'));
  const leftOf = async (asset: CollectedAsset) => ({
    request: await asset.types('request'),
    generation: await asset.types('generation'),
    video: await asset.types('video'),
    objects: await asset.objects(),
  });
  const nothing = { request: ['AssetDeleted'], generation: ['AssetPurged'], video: [], objects: [] };

  it('leaves only that it was deleted, in the log and in the store', async () => {
    const [asset, other] = [new CollectedAsset(system), new CollectedAsset(system)];
    for (const one of [asset, other]) {
      await one.made(1);
      await one.made(2);
    }
    await asset.deleted(2);
    await system.copy(3_600, 1);
    await purged(asset);
    expect(await leftOf(asset)).toEqual(nothing);
    expect((await asset.facts('generation'))[0]?.data).toMatchObject({ objects: 4 });
    expect([await other.types('request'), (await other.objects()).length]).toEqual([
      ['AssetPrepared', 'AssetRegenerateRequested'],
      4,
    ]);
  });

  it('keeps everything until the grace period is over', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.deleted(1);
    await system.copy(1, 3_600);
    await until('the alarm is set', async () => isSet(asset.id, 'deleted-1'));
    expect(await asset.objects()).toHaveLength(2);
  });

  it('waits while an ask has no outcome, since that could not be settled afterwards', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.asked(2);
    await asset.deleted(2);
    await system.copy(3_600, 1);
    const again = () => isSet(asset.id, 'deleted-2');
    const first = await until('the alarm is set', again);
    await until('it is set again', async () => ((await again())?.seq ?? 0) > (first?.seq ?? 0));
    expect([await asset.types('video'), (await asset.objects()).length]).toEqual([
      ['VideoSwitched', 'GenerationReady'],
      2,
    ]);
  });

  it('does nothing when it is told again, and finishes what a copy left half done', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    await asset.deleted(1);
    await system.objects.delete(asset.video(1));
    await system.logs.generator.purge(`asset.${asset.id.slice(0, 2)}.${asset.id}.video`);
    await system.copy(3_600, 1);
    await purged(asset);
    const due = { kind: 'deleted', assetId: asset.id, generation: 1 as never, seq: 1 } as const;
    const before = await leftOf(asset);
    await ring(due);
    // The lane keeps the order, so once a later alarm of this asset was carried out the first one was.
    await system.objects.put(asset.work(7), asset.bytes(7), { contentType: 'video/mp4' });
    await ring({ ...due, kind: 'work', generation: 7 as never });
    await gone(asset.work(7));
    expect([before, await leftOf(asset)]).toEqual([nothing, nothing]);
  });

  it('takes an asset of 5,000 generations', async () => {
    const asset = new CollectedAsset(system);
    await asset.made(1);
    const appends: Promise<unknown>[] = [];
    const data = path.join(system.folder, 'objects', 'data', asset.id);
    for (let number = 2; number <= 5_000; number++) {
      await mkdir(path.join(data, String(number)), { recursive: true });
      await writeFile(path.join(system.folder, 'objects', 'data', asset.video(number)), asset.bytes(number));
      appends.push(asset.asked(number));
      if (appends.length >= 200) await Promise.all(appends.splice(0));
    }
    await Promise.all(appends);
    // Every older ask but the last two is behind the newest queued one.
    await asset.queued(5_000);
    await asset.stored(5_000);
    await asset.deleted(5_000);
    await system.copy(3_600, 1);
    await until(
      'the purge is told',
      async () => (await asset.types('generation')).includes('AssetPurged'),
      60_000,
    );
    expect(await leftOf(asset)).toEqual(nothing);
  }, 120_000);
});
