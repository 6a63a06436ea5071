import { randomInt } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { type GenerationFact, GenerationQueued } from '@zoetrope/contracts/facts/generation';
import { GenerationDenied, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { FILTERS } from '@zoetrope/contracts/subjects';
import {
  cancelledButOpen,
  giveUp,
  isAheadOfItsTurn,
  refuseGeneration,
  type Taking,
  takeUp,
} from '@zoetrope/domain/generation-decisions';
import { OnFact, OnParked, type Parked, type Received } from '@zoetrope/eventlog/transport';
import { done, retryIn, type Verdict } from '@zoetrope/eventlog/verdict';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { Cancellations } from '../cancellations.js';
import { PipelineAlarms, type Whose } from '../pipeline-alarms.js';
import { causeOf, Takings } from './takings.js';

type Reserved = FactOf<typeof GenerationReserved>;
const SEEDS = 2 ** 32;
/** About 2 s for the outcome of an older ask, which quota gives in milliseconds unless it is being restarted. */
const TURN_WAIT_MS = 200;
const TURN_DELIVERIES = 10;

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
  async record({ fact, deliveryCount }: Received<typeof GenerationReserved>): Promise<Verdict> {
    const { assetId, generation, requestSeq } = fact.data;
    const whose = { assetId, generation, requestSeq };
    const taking = await this.takings.load(whose);
    if (taking && deliveryCount <= TURN_DELIVERIES && isAheadOfItsTurn(taking)) {
      return retryIn(TURN_WAIT_MS); // an older ask's outcome may still bring values that are current
    }
    if (taking) await this.endCancelled(taking);
    await this.takeUp(fact, whose);
    return done; // queued, or ended as it must be; the alarms carry it from here
  }

  /** No attempt could record its outcome: an ask must not stay open for ever, whatever quota said. */
  @OnParked({ durable: 'generator-ledger', stream: 'QUOTA' })
  async parked({ fact, why }: Parked): Promise<void> {
    if (fact && GenerationReserved.is(fact)) {
      await this.takings.decide(fact.data, causeOf(fact), giveUp(`given up: ${why.slice(0, 200)}`));
    } else if (fact && GenerationDenied.is(fact)) {
      await this.takings.decide(fact.data, causeOf(fact), refuseGeneration(fact.data));
    }
  }

  /** The cancel's own message may come after this reservation; its request stands in the log before it. */
  private async endCancelled({ asset }: Taking): Promise<void> {
    const cancelled = cancelledButOpen(asset);
    if (!cancelled) return;
    const { assetId, generation, requestSeq } = cancelled;
    const whose = { assetId, generation, requestSeq };
    await this.alarms.lookSoon(whose);
    await this.cancellations.end(whose, 'requested');
  }

  private async takeUp(fact: Recorded<Reserved>, whose: Whose & { requestSeq: number }): Promise<void> {
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
