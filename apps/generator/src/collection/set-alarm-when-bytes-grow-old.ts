import { Controller } from '@nestjs/common';
import { GenerationCancelled, GenerationFailed, Mp4Stored } from '@zoetrope/contracts/facts/generation';
import { AssetDeleted } from '@zoetrope/contracts/facts/request';
import { VideoSwitched } from '@zoetrope/contracts/facts/video';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { CollectionAlarms } from './collection-alarms.js';

const collection = {
  durable: 'generator-collection',
  stream: 'ASSETS',
  maxDeliveries: Number.POSITIVE_INFINITY, // given up, bytes that somebody deleted would stay for ever
} as const;

/** Notes when something will be needed no more. Nothing is removed here. */
@Controller()
export class SetAlarmWhenBytesGrowOld {
  constructor(private readonly alarms: CollectionAlarms) {}

  @OnFact([Mp4Stored, GenerationFailed, GenerationCancelled], { ...collection, filter: FILTERS.generations })
  async ended({
    fact,
  }: Received<typeof Mp4Stored | typeof GenerationFailed | typeof GenerationCancelled>): Promise<Verdict> {
    await this.alarms.work(fact.data, fact);
    return done; // the alarm is set
  }

  @OnFact(VideoSwitched, { ...collection, filter: FILTERS.videos })
  async switched({ fact }: Received<typeof VideoSwitched>): Promise<Verdict> {
    if (fact.data.generation > 1) await this.alarms.superseded(fact.data, fact);
    return done; // the alarm is set, or there is nothing older
  }

  @OnFact(AssetDeleted, { ...collection, filter: FILTERS.requests })
  async deleted({ fact }: Received<typeof AssetDeleted>): Promise<Verdict> {
    await this.alarms.deleted({ assetId: fact.data.assetId, generation: fact.data.number }, fact);
    return done; // the alarm is set
  }
}
