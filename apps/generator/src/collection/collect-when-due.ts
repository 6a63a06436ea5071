import { Controller } from '@nestjs/common';
import { CollectionDue } from '@zoetrope/contracts/messages';
import { COLLECTION_ALARMS } from '@zoetrope/contracts/subjects';
import { type Lane, OnDue, type ReceivedAlarm } from '@zoetrope/eventlog/on-fact';
import { done, park, type Verdict } from '@zoetrope/eventlog/verdict';
import { CollectSuperseded } from './collect-superseded.js';
import { CollectWork } from './collect-work.js';
import { PurgeAsset } from './purge-asset.js';

/** `due.generator.collection.<assetId>.<what>` */
const byAsset: Lane = ({ subject }) => subject.split('.')[3] ?? subject;

/** A grace period is over. */
@Controller()
export class CollectWhenDue {
  constructor(
    private readonly superseded: CollectSuperseded,
    private readonly work: CollectWork,
    private readonly deleted: PurgeAsset,
  ) {}

  @OnDue({
    service: 'generator',
    durable: 'generator-collection-due',
    names: COLLECTION_ALARMS,
    lane: byAsset,
    // Removing is never urgent: it leaves the store to what users wait for.
    concurrency: 4,
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, bytes that somebody deleted would stay for ever
  })
  async collect({ alarm, signal }: ReceivedAlarm): Promise<Verdict> {
    const due = CollectionDue.safeParse(alarm.data);
    if (!due.success) return park('not a CollectionDue');
    await this[due.data.kind].run(due.data, signal);
    return done; // removed, and told where somebody could have asked for it
  }
}
