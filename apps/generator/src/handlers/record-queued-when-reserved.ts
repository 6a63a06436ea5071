import { randomInt } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import { type GenerationFact, GenerationQueued } from '@zoetrope/contracts/facts/generation';
import { GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { giveUp, type Taking, takeUp } from '@zoetrope/domain/generation-decisions';
import { OnFact, OnParked, type Parked, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { Cancellations } from '../cancellations.js';
import { PipelineAlarms, type Whose } from '../pipeline-alarms.js';
import { causeOf, Takings } from './takings.js';

const SEEDS = 2 ** 32;

/** Takes a reserved generation up, with every value resolved, and sends it on its way. */
@Controller()
export class RecordQueuedWhenReserved {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly takings: Takings,
    private readonly alarms: PipelineAlarms,
    private readonly cancellations: Cancellations,
  ) {}

  @OnFact(GenerationReserved, { durable: 'generator-ledger', stream: 'QUOTA', filter: FILTERS.ledgers })
  async record({ fact }: Received<typeof GenerationReserved>): Promise<Verdict> {
    const { assetId, generation, requestSeq } = fact.data;
    const whose = { assetId, generation, requestSeq };
    let superseded: Whose | undefined;
    await this.takings.decide(
      whose,
      causeOf(fact),
      takeUp(fact.data, randomInt(SEEDS)),
      async (recorded, taking) => {
        superseded = await this.setAlarms(recorded, taking, whose);
      },
    );
    if (superseded) await this.cancellations.end(superseded, 'superseded');
    await this.goOn(whose);
    return done; // queued, or ended as it must be; the alarms carry it from here
  }

  /** No attempt could take it up: it fails, so that the reservation is released and its caller told. */
  @OnParked({ durable: 'generator-ledger', stream: 'QUOTA' })
  async parked({ fact, why }: Parked): Promise<void> {
    // Of a denial nothing was set aside; the ledger and the dead letter tell of it.
    if (!fact || !GenerationReserved.is(fact)) return;
    await this.takings.decide(fact.data, causeOf(fact), giveUp(`given up: ${why.slice(0, 200)}`));
  }

  /** The one that is superseded gets an alarm too: this process may die before it has ended it. */
  private async setAlarms(fact: GenerationFact, { asset }: Taking, whose: Whose): Promise<Whose | undefined> {
    if (!GenerationQueued.is(fact)) return undefined;
    await this.alarms.stall(whose, this.clock.now());
    if (fact.data.supersedes === undefined || !asset.latest) return undefined;
    const { assetId, generation, requestSeq } = asset.latest;
    await this.alarms.lookSoon({ assetId, generation, requestSeq });
    return { assetId, generation, requestSeq };
  }

  /** A redelivery comes here as well: whoever queued it may have died before it began. */
  private async goOn(whose: Whose & { requestSeq: number }): Promise<void> {
    const taking = await this.takings.load({ ...whose });
    if (!taking?.generation.queued || taking.generation.ended) return;
    const { asset, generation } = taking;
    // A cancel that was asked between our read and our append found nothing to cancel.
    if (asset.deleted) await this.cancellations.end(whose, 'deleted');
    else if (generation.number <= asset.cancelledUpTo) await this.cancellations.end(whose, 'requested');
    else await this.alarms.begin(whose);
  }
}
