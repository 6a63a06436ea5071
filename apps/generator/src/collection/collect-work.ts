import { Inject, Injectable } from '@nestjs/common';
import { Mp4Stored } from '@zoetrope/contracts/facts/generation';
import type { CollectionDue } from '@zoetrope/contracts/messages';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { generationPrefix, stagesPrefix } from '@zoetrope/objects/keys';
import type { ObjectStore } from '@zoetrope/objects/store';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { OBJECTS } from '../objects.js';
import { removeUnder } from './remove-objects.js';

/** Removes what a generation that has ended worked with; nobody outside could ever ask for it, so no fact tells of it. */
@Injectable()
export class CollectWork {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  async run({ assetId, generation, seq }: CollectionDue): Promise<void> {
    await removeUnder(this.objects, stagesPrefix(assetId, generation));
    const end = await this.log.get('ASSETS', seq);
    // Purged with its asset, or a video that is or was served: those bytes have an alarm of their own.
    if (!end || Mp4Stored.is(end)) return;
    // Its worker had the video in the store before it heard that the generation was over.
    await removeUnder(this.objects, generationPrefix(assetId, generation));
  }
}
