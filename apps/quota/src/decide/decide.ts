import { Inject, Injectable } from '@nestjs/common';
import type { FactOf, Recorded } from '@zoetrope/contracts/fact';
import type { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { decisionSubject } from '@zoetrope/contracts/subjects';
import { reserve } from '@zoetrope/domain/ledger';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { currentContext } from '@zoetrope/platform/context';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Ledgers } from '../ledgers/ledgers.js';
import { Tenants } from '../tenants.js';
import { outcomeOf } from './outcome.js';

export type Requested = FactOf<typeof AssetPrepared> | FactOf<typeof AssetRegenerateRequested>;

/** Decides one request on the ledger of its owner and month. Deciding it again says what was decided. */
@Injectable()
export class Decide {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly ledgers: Ledgers,
    private readonly tenants: Tenants,
  ) {}

  async decide(fact: Recorded<Requested>) {
    const { assetId, projectId, ownerId, commandId, number, period } = fact.data;
    const [plan, billing] = await Promise.all([
      this.tenants.planOf(ownerId),
      this.tenants.billingOf(projectId),
    ]);
    const ids = { commandId, assetId, projectId, generation: number, requestSeq: fact.meta.seq };
    const command = { ...ids, plan, ...billing };
    // Appended in whoever's turn it is: what it belongs to has to go with it.
    const { traceparent = fact.meta.traceparent } = currentContext();
    const cause = { id: fact.meta.id, requestId: fact.meta.requestId, traceparent };
    const outcome = await this.ledgers.change({ ownerId, period }, cause, [reserve(command)], (ledger) =>
      outcomeOf(ledger, commandId),
    );
    // The ledger may have decided before (a redelivery): whoever waits is told what stands there.
    this.log.core.publish(decisionSubject(commandId), outcome);
    return outcome;
  }
}
