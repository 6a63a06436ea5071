import { Controller } from '@nestjs/common';
import { GenerationDenied } from '@zoetrope/contracts/facts/ledger';
import { FILTERS } from '@zoetrope/contracts/subjects';
import { refuseGeneration } from '@zoetrope/domain/generation-decisions';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { byAsset } from './by-asset.js';
import { causeOf, Takings } from './takings.js';

/** Writes quota's refusal on the asset: its number is used up, nothing else changes. */
@Controller()
export class RecordRefusedWhenDenied {
  constructor(private readonly takings: Takings) {}

  @OnFact(GenerationDenied, {
    durable: 'generator-ledger',
    stream: 'QUOTA',
    filter: FILTERS.ledgers,
    lane: byAsset,
  })
  async record({ fact }: Received<typeof GenerationDenied>): Promise<Verdict> {
    await this.takings.decide(fact.data, causeOf(fact), refuseGeneration(fact.data));
    return done; // the refusal stands in the log
  }
}
