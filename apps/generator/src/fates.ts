import { Inject, Injectable } from '@nestjs/common';
import { Decision, type DecisionQuestion } from '@zoetrope/contracts/messages';
import { DECISION_QUESTION } from '@zoetrope/contracts/subjects';
import type { AssetState, Request } from '@zoetrope/domain/asset';
import { type Fate, fateOf } from '@zoetrope/domain/generation-fate';
import { LogUnavailable } from '@zoetrope/eventlog/errors';
import type { EventLog } from '@zoetrope/eventlog/event-log';
import { EVENT_LOG } from '@zoetrope/platform/log-module';

/** Quota answers in milliseconds; a copy that is being restarted is asked again with the next delivery. */
const ANSWER_WITHIN_MS = 2_000;

/** How generations end before their time, with quota asked where that turns on a newer ask it has decided. */
@Injectable()
export class Fates {
  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  /** `depends-on`: quota cannot be asked now. */
  async of(
    asset: AssetState,
    number: number,
    known: ReadonlyMap<number, boolean> = new Map(),
  ): Promise<Fate> {
    const accepted = new Map(known);
    for (;;) {
      const fate = fateOf(asset, number, accepted);
      if (fate.kind !== 'depends-on') return fate;
      const isAccepted = await this.isAccepted(fate.ask);
      if (isAccepted === undefined) return fate;
      accepted.set(fate.ask.ask.number, isAccepted);
    }
  }

  /** What quota decided of an ask, or decides now that it is asked; undefined when nobody answers. */
  async isAccepted({ ask, seq }: Request): Promise<boolean | undefined> {
    const { ownerId, period, commandId } = ask;
    const question: DecisionQuestion = { ownerId, period, commandId, requestSeq: seq };
    try {
      const answer = Decision.parse(
        await this.log.core.request(DECISION_QUESTION, question, ANSWER_WITHIN_MS),
      );
      return answer.outcome === 'undecided' ? undefined : answer.outcome === 'reserved';
    } catch (error) {
      if (error instanceof LogUnavailable) return undefined;
      throw error;
    }
  }
}
