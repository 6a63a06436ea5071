import { randomInt } from 'node:crypto';
import { Controller, Inject } from '@nestjs/common';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import { type GenerationFact, GenerationQueued } from '@zoetrope/contracts/facts/generation';
import { GenerationDenied, GenerationReserved } from '@zoetrope/contracts/facts/ledger';
import { FILTERS } from '@zoetrope/contracts/subjects';
import {
  giveUp,
  isAheadOfItsTurn,
  refuseGeneration,
  runningBefore,
  type Taking,
  takeUp,
} from '@zoetrope/domain/generation-decisions';
import { type Fate, isToEnd } from '@zoetrope/domain/generation-fate';
import { OnFact, OnParked, type Parked, type Received } from '@zoetrope/eventlog/transport';
import { done, retryIn, type Verdict } from '@zoetrope/eventlog/verdict';
import { CLOCK, type Clock } from '@zoetrope/platform/clock';
import { Cancellations } from '../cancellations.js';
import { Fates } from '../fates.js';
import { PipelineAlarms, type Whose } from '../pipeline-alarms.js';
import { byAsset } from './by-asset.js';
import { causeOf, Takings } from './takings.js';

type Reserved = FactOf<typeof GenerationReserved>;
const SEEDS = 2 ** 32;
/** About 2 s for the outcome of an older ask, which quota gives in milliseconds unless it is being restarted. */
const TURN_WAIT_MS = 200;
const TURN_DELIVERIES = 10;
/** Quota answers in milliseconds unless it is being restarted. */
const QUOTA_WAIT_MS = 1_000;

/** Takes a reserved generation up, with every value resolved, and sends it on its way. */
@Controller()
export class RecordQueuedWhenReserved {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly takings: Takings,
    private readonly alarms: PipelineAlarms,
    private readonly cancellations: Cancellations,
    private readonly fates: Fates,
  ) {}

  @OnFact(GenerationReserved, {
    durable: 'generator-ledger',
    stream: 'QUOTA',
    filter: FILTERS.ledgers,
    lane: byAsset,
  })
  async record({ fact, deliveryCount }: Received<typeof GenerationReserved>): Promise<Verdict> {
    const { assetId, generation, requestSeq } = fact.data;
    const whose = { assetId, generation, requestSeq };
    const taking = await this.takings.load(whose);
    if (!taking) return done; // its asset was deleted and purged
    const fate = await this.fates.of(taking.asset, generation);
    if (fate.kind === 'depends-on' && isToEnd(taking.asset, generation)) {
      return retryIn(QUOTA_WAIT_MS); // what it is charged turns on a newer ask that quota has to decide
    }
    if (deliveryCount <= TURN_DELIVERIES && isAheadOfItsTurn(taking, fate)) {
      return retryIn(TURN_WAIT_MS); // an older ask's outcome may still bring values that are current
    }
    await this.endRunning(taking, fate);
    await this.takeUp(fact, whose);
    return done; // queued, or ended as it must be; the alarms carry it from here
  }

  /** No attempt could record its outcome: an ask must not stay open for ever, whatever quota said. */
  @OnParked({ durable: 'generator-ledger', stream: 'QUOTA' })
  async parked({ fact, why }: Parked): Promise<void> {
    if (fact && GenerationReserved.is(fact)) {
      await this.takings.decide(fact.data, causeOf(fact), giveUp(why));
    } else if (fact && GenerationDenied.is(fact)) {
      await this.takings.decide(fact.data, causeOf(fact), refuseGeneration(fact.data));
    }
  }

  /**
   * The one that runs, if this one does not end it by being queued: a cancel that names it may stand in the log
   * before this ask, or this one ends as well.
   */
  private async endRunning(taking: Taking, fate: Fate): Promise<void> {
    const running = runningBefore(taking);
    if (!running) return;
    const end = await this.fates.of(taking.asset, running.generation, new Map([[taking.ask.number, true]]));
    const isSuperseded = end.kind === 'ends' && end.reason === 'superseded';
    if (end.kind !== 'ends' || (isSuperseded && fate.kind !== 'ends')) return;
    const { assetId, generation, requestSeq } = running;
    const whose = { assetId, generation, requestSeq };
    await this.alarms.lookSoon(whose);
    await this.cancellations.end(whose, end.reason);
  }

  private async takeUp(fact: Recorded<Reserved>, whose: Whose & { requestSeq: number }): Promise<void> {
    let superseded: Whose | undefined;
    await this.takings.decide(
      whose,
      causeOf(fact),
      async (taking) => {
        const fate = await this.fates.of(taking.asset, whose.generation);
        return takeUp(fact.data, randomInt(SEEDS), fate)(taking);
      },
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
    // What was asked between our read and our append found nothing to end.
    const fate = await this.fates.of(asset, generation.number);
    if (fate.kind === 'ends') await this.cancellations.end(whose, fate.reason);
    else await this.alarms.begin(whose);
  }
}
