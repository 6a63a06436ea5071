import { Inject, Injectable } from '@nestjs/common';
import { DECISION_WAIT_MS } from '@zoetrope/contracts/api/common';
import type { CommandId } from '@zoetrope/contracts/ids';
import { Decision, type DecisionQuestion } from '@zoetrope/contracts/messages';
import { DECISION_QUESTION, decisionSubject } from '@zoetrope/contracts/subjects';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';
import { Metrics } from '@zoetrope/platform/metrics';
import type { Histogram } from 'prom-client';
import { within } from '../idempotency/within.js';

export type Decided = Exclude<Decision, { outcome: 'undecided' }>;

/** Milliseconds for one answer of a quota copy that is asked directly. */
const QUESTION_MS = 1_000;

/** Waits for what quota says of one command. */
export interface Listening {
  /** What quota says by itself within DECISION_WAIT_MS, else what a copy of it says when asked. */
  decided(question: DecisionQuestion): Promise<Decided | undefined>;
  stop(): void;
}

/** Quota's decisions over core NATS, where any may be lost: so it is asked when it does not say. */
@Injectable()
export class Decisions {
  private readonly accepting: Histogram<'outcome'>;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    metrics: Metrics,
  ) {
    this.accepting = metrics.histogram('accept_seconds', {
      help: 'from before a request for a generation is appended to what quota says of it',
      labelNames: ['outcome'],
    });
  }

  /** Listens from now on: before the request is appended, since quota may answer within a millisecond. */
  listen(commandId: CommandId): Listening {
    const began = performance.now();
    const { promise, resolve } = Promise.withResolvers<Decided>();
    const subscription = this.log.core.subscribe(decisionSubject(commandId), (data) => {
      const said = Decision.safeParse(data);
      if (said.success && said.data.outcome !== 'undecided') resolve(said.data);
    });
    return {
      decided: async (question) => {
        const decision = (await within(promise, DECISION_WAIT_MS)) ?? (await this.ask(question));
        const outcome = decision?.outcome ?? 'undecided';
        this.accepting.observe({ outcome }, (performance.now() - began) / 1_000);
        return decision;
      },
      stop: () => subscription.stop(),
    };
  }

  /** What the ledger holds now. Undefined: nothing yet, or nobody there to say. */
  async ask(question: DecisionQuestion): Promise<Decided | undefined> {
    try {
      const answer = Decision.parse(await this.log.core.request(DECISION_QUESTION, question, QUESTION_MS));
      return answer.outcome === 'undecided' ? undefined : answer;
    } catch (error) {
      if (error instanceof LogUnavailable) return undefined;
      throw error;
    }
  }
}
