import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Recorded } from '@zoetrope/contracts/fact';
import { AssetPrepared, AssetRegenerateRequested } from '@zoetrope/contracts/facts/request';
import { type Decision, DecisionQuestion } from '@zoetrope/contracts/messages';
import { DECISION_QUESTION } from '@zoetrope/contracts/subjects';
import type { EventLog, Subscription } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Ledgers } from '../ledgers/ledgers.js';
import { Decide, type Requested } from './decide.js';
import { outcomeOf } from './outcome.js';

const isRequest = (fact: Recorded): fact is Recorded<Requested> =>
  AssetPrepared.is(fact) || AssetRegenerateRequested.is(fact);

/** A gateway that missed the decision, or came later, may ask any quota copy what the ledger holds. */
@Injectable()
export class AnswerDecisionQuestions implements OnApplicationBootstrap, OnApplicationShutdown {
  private subscription?: Subscription;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    private readonly ledgers: Ledgers,
    private readonly decide: Decide,
  ) {}

  onApplicationBootstrap(): void {
    this.subscription = this.log.core.respond(DECISION_QUESTION, (question) => this.answer(question), {
      queue: 'quota',
    });
  }

  onApplicationShutdown(): void {
    this.subscription?.stop();
  }

  private async answer(question: unknown): Promise<Decision | undefined> {
    const asked = DecisionQuestion.safeParse(question);
    if (!asked.success) return undefined;
    const { ownerId, period, commandId, requestSeq } = asked.data;
    const known = await this.ledgers.look({ ownerId, period }, (ledger) => outcomeOf(ledger, commandId));
    if (known.outcome !== 'undecided') return known;
    const request = await this.log.get('ASSETS', requestSeq);
    if (!request || !isRequest(request) || request.data.commandId !== commandId) return known;
    return this.decide.decide(request);
  }
}
