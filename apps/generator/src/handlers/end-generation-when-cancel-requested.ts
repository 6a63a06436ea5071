import { Controller, Inject } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetDeleted, GenerationCancelRequested } from '@zoetrope/contracts/facts/request';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { type AssetState, foldAsset } from '@zoetrope/domain/asset';
import { endUntaken } from '@zoetrope/domain/generation-decisions';
import { endable } from '@zoetrope/domain/generation-fate';
import { readPresent } from '@zoetrope/eventlog/asset-facts';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Cancellations } from '../cancellations.js';
import { Fates } from '../fates.js';
import { causeOf, Takings } from './takings.js';

type Ending = typeof GenerationCancelRequested | typeof AssetDeleted;

/**
 * Ends what its owner cancels or deletes: what runs, and what quota accepted and nobody has taken up yet, so that a
 * cancel never waits behind reservations that are still to be worked off.
 */
@Controller()
export class EndGenerationWhenCancelRequested {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly cancellations: Cancellations,
    private readonly takings: Takings,
    private readonly fates: Fates,
  ) {}

  @OnFact([GenerationCancelRequested, AssetDeleted], {
    durable: 'generator-requests',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, a cancelled or deleted asset's generation would run on and be charged
    filter: FILTERS.requests,
  })
  async end({ fact }: Received<Ending>): Promise<Verdict> {
    const asset = foldAsset((await readPresent(this.log, fact.data.assetId)).facts);
    for (const number of endable(asset)) await this.endOne(asset, number, fact);
    return done; // the ends stand in the log, or they came too late, or the reservation still to come finds them sealed
  }

  /** @throws LogUnavailable when its charge turns on an ask that quota does not decide now: delivered again */
  private async endOne(asset: AssetState, number: number, fact: Recorded): Promise<void> {
    const request = asset.requests.get(number);
    if (!request) return;
    const { assetId } = request.ask;
    const whose = { assetId, generation: number, requestSeq: request.seq };
    const isQueued = asset.outcomes.has(number);
    // Refused, or not decided: quota's own word on it still comes, and finds the cancel.
    if (!isQueued && !(await this.fates.isAccepted(request))) return;
    const fate = await this.fates.of(asset, number);
    if (fate.kind === 'depends-on')
      throw new LogUnavailable(`quota does not say what it decided of a newer ask`);
    if (fate.kind !== 'ends') return;
    if (isQueued) await this.cancellations.end(whose, fate.reason);
    else await this.takings.decide(whose, causeOf(fact), endUntaken(fate.reason));
  }
}
