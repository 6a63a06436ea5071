import { Controller } from '@nestjs/common';
import { GenerationCancelled, GenerationFailed, Mp4Stored } from '@zoetrope/contracts/facts/generation';
import type { PlanName } from '@zoetrope/contracts/plans';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { announceThreshold, charge, release } from '@zoetrope/domain/ledger';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { currentContext } from '@zoetrope/platform/context';
import { Ledgers } from '../ledgers/ledgers.js';
import { Tenants } from '../tenants.js';

type Ended = typeof Mp4Stored | typeof GenerationFailed | typeof GenerationCancelled;

/** Only a failure, and an explicit cancel before the first prediction was recorded, are not charged (PRODUCT 3.2). */
function settlement(fact: Received<Ended>['fact'], plan: PlanName) {
  const { commandId } = fact.data;
  if (GenerationFailed.is(fact)) return release(commandId, 'failed');
  if (GenerationCancelled.is(fact) && fact.data.reason !== 'superseded' && !fact.data.predicted) {
    return release(commandId, fact.data.reason === 'deleted' ? 'deleted' : 'cancelled');
  }
  return charge(commandId, plan);
}

/** Turns the reservation of a generation that ended into a charge, or gives it back. */
@Controller()
export class SettleWhenGenerationEnds {
  constructor(
    private readonly ledgers: Ledgers,
    private readonly tenants: Tenants,
  ) {}

  @OnFact([Mp4Stored, GenerationFailed, GenerationCancelled], {
    durable: 'quota-settle',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, a month would keep the slot
    filter: FILTERS.generations,
  })
  async settle({ fact }: Received<Ended>): Promise<Verdict> {
    const { ownerId, period, commandId, assetId, projectId, generation, requestSeq } = fact.data;
    const plan = await this.tenants.planOf(ownerId);
    const threshold = announceThreshold({ commandId, assetId, projectId, generation, requestSeq }, plan);
    const decisions = [settlement(fact, plan), threshold];
    // Appended in whoever's turn it is: what it belongs to has to go with it.
    const { traceparent = fact.meta.traceparent } = currentContext();
    const cause = { id: fact.meta.id, requestId: fact.meta.requestId, traceparent };
    await this.ledgers.change({ ownerId, period }, cause, decisions, () => undefined);
    return done; // charged, released, or done before
  }
}
