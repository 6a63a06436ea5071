import { Controller } from '@nestjs/common';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { Decide, type Requested } from './decide.js';

/** Sets a generation of the owner's month aside, or denies it, and tells the gateway that waits. */
@Controller()
export class DecideWhenGenerationRequested {
  constructor(private readonly decide: Decide) {}

  @OnFact([AssetPrepared, AssetRegenerateRequested], {
    durable: 'quota-decide',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, its caller would wait for ever
    filter: FILTERS.requests,
  })
  async requested({ fact }: Received<Requested>): Promise<Verdict> {
    await this.decide.decide(fact);
    return done; // the decision is in the ledger
  }
}
