import { Controller, Inject } from '@nestjs/common';
import { AssetDeleted, GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { foldAsset } from '@zoetrope/domain/asset';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Cancellations } from '../cancellations.js';

/** Ends what runs when its owner cancels it or deletes the asset; what is not queued yet is ended when it would be. */
@Controller()
export class EndGenerationWhenCancelRequested {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly cancellations: Cancellations,
  ) {}

  @OnFact([GenerationCancelRequested, AssetDeleted], {
    durable: 'generator-requests',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, a cancelled or deleted asset's generation would run on and be charged
    filter: FILTERS.requests,
  })
  async end({ fact }: Received<typeof GenerationCancelRequested | typeof AssetDeleted>): Promise<Verdict> {
    const { latest } = foldAsset((await readPresent(this.log, fact.data.assetId)).facts);
    if (!latest) return done; // nothing queued: the reservation will find the cancel in `.request`
    if (GenerationCancelRequested.is(fact) && latest.generation > fact.data.generation) return done; // superseded
    const { assetId, generation, requestSeq } = latest;
    const reason = AssetDeleted.is(fact) ? 'deleted' : 'requested';
    await this.cancellations.end({ assetId, generation, requestSeq }, reason);
    return done; // the end stands in the log, or it came too late
  }
}
