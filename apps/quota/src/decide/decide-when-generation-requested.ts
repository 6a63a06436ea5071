import { Controller, Inject } from '@nestjs/common';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { decisionSubject, FILTERS } from '@zoetrope/contracts/subjects';
import { reserve } from '@zoetrope/domain/ledger';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { OnFact, type Received } from '@zoetrope/eventlog/transport';
import { done, type Verdict } from '@zoetrope/eventlog/verdict';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Ledgers } from '../ledgers/ledgers.js';
import { Tenants } from '../tenants.js';
import { outcomeOf } from './outcome.js';

type Requested = typeof AssetPrepared | typeof AssetRegenerateRequested;

/** Sets a generation of the owner's month aside, or denies it, and tells the gateway that waits. */
@Controller()
export class DecideWhenGenerationRequested {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly ledgers: Ledgers,
    private readonly tenants: Tenants,
  ) {}

  @OnFact([AssetPrepared, AssetRegenerateRequested], {
    durable: 'quota-decide',
    stream: 'ASSETS',
    maxDeliveries: Number.POSITIVE_INFINITY, // given up, its caller would wait for ever
    filter: FILTERS.requests,
  })
  async decide({ fact }: Received<Requested>): Promise<Verdict> {
    const { assetId, projectId, ownerId, commandId, number, period } = fact.data;
    const [plan, billing] = await Promise.all([
      this.tenants.planOf(ownerId),
      this.tenants.billingOf(projectId),
    ]);
    const command = {
      ...{ commandId, assetId, projectId, generation: number, requestSeq: fact.meta.seq },
      ...{ plan, ...billing },
    };
    const ledger = await this.ledgers.change(ownerId, period, reserve(command), { id: fact.meta.id });
    // The ledger may have decided before (a redelivery): whoever waits is told what stands there.
    this.log.core.publish(decisionSubject(commandId), outcomeOf(ledger, commandId));
    return done; // the decision is in the ledger
  }
}
