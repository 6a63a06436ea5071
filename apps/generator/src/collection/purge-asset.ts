import { Inject, Injectable, Logger } from '@nestjs/common';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { AssetPurged } from '@zoetrope/contracts/facts/collection';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import type { CollectionDue } from '@zoetrope/contracts/messages';
import { assetSubject } from '@zoetrope/contracts/subjects';
import { foldAsset } from '@zoetrope/domain/asset';
import { isSettling } from '@zoetrope/domain/collection';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { assetPrefixes } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { OBJECTS } from '../objects.js';
import { CollectionAlarms } from './collection-alarms.js';
import { removeUnder } from './remove-objects.js';

/** How often a deleted asset is looked at while its last generation has not ended, ms. */
const LOOK_AGAIN_MS = 60_000;

/** Removes all that is left of a deleted asset: its objects, then its facts, then says so. */
@Injectable()
export class PurgeAsset {
  private readonly logger = new Logger(PurgeAsset.name);

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
    private readonly alarms: CollectionAlarms,
  ) {}

  /** Every step may run twice. The fact comes last: it says what is true from then on. */
  async run(due: CollectionDue): Promise<void> {
    const { assetId } = due;
    const deleted = await this.log.last(assetSubject(assetId, 'request'));
    if (!deleted || !AssetDeleted.is(deleted)) return;
    const last = await this.log.last(assetSubject(assetId, 'generation'));
    if (last && AssetPurged.is(last)) return;
    // Purging under a running generation would make its end impossible to charge or release.
    if (isSettling(foldAsset((await readPresent(this.log, assetId)).facts))) {
      return this.alarms.again(due, LOOK_AGAIN_MS);
    }
    await this.purge(deleted);
  }

  private async purge({ data, meta }: Recorded<FactOf<typeof AssetDeleted>>): Promise<void> {
    const { assetId, projectId, ownerId } = data;
    let objects = 0;
    for (const prefix of assetPrefixes(assetId)) objects += await removeUnder(this.objects, prefix);
    // `.generation` last: until then its facts say that the purge is not done.
    await this.log.purge(assetSubject(assetId, 'delivery'));
    await this.log.purge(assetSubject(assetId, 'video'));
    await this.log.purge(assetSubject(assetId, 'request'), { keep: 1 });
    const subject = assetSubject(assetId, 'generation');
    await this.log.purge(subject);
    const fact = AssetPurged({ assetId, projectId, ownerId, latest: null, objects });
    const told = await this.log.append(subject, fact, { expect: 0, cause: { id: meta.id } });
    if (told.kind === 'conflict') throw new Error(`${assetId}: something was told of it while it was purged`);
    this.logger.log({ msg: 'purged', assetId, objects });
  }
}
