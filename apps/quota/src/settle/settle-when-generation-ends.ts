import { Controller } from '@nestjs/common';
import { GenerationCancelled, GenerationFailed, Mp4Stored } from '@zoetrope/contracts/facts/generation';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { charge, release } from '@zoetrope/domain/ledger';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { Ledgers } from '../ledgers/ledgers.js';

type Ended = typeof Mp4Stored | typeof GenerationFailed | typeof GenerationCancelled;

/** Only a failure, and an explicit cancel before the first prediction was recorded, are not charged (PRODUCT 3.2). */
function settlement(fact: Received<Ended>['fact']) {
  const { commandId } = fact.data;
  if (GenerationFailed.is(fact)) return release(commandId, 'failed');
  if (GenerationCancelled.is(fact) && fact.data.reason !== 'superseded' && !fact.data.predicted) {
    return release(commandId, fact.data.reason === 'deleted' ? 'deleted' : 'cancelled');
  }
  return charge(commandId);
}

/** Turns the reservation of a generation that ended into a charge, or gives it back. */
@Controller()
export class SettleWhenGenerationEnds {
  constructor(private readonly ledgers: Ledgers) {}

  @OnFact([Mp4Stored, GenerationFailed, GenerationCancelled], {
    durable: 'quota-settle',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, a month would keep the slot
    filter: FILTERS.generations,
  })
  async settle({ fact }: Received<Ended>): Promise<Verdict> {
    await this.ledgers.change(fact.data.ownerId, fact.data.period, settlement(fact), { id: fact.meta.id });
    return done; // charged, released, or done before
  }
}
